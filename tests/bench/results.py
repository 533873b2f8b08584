"""Where every benchmark leaves its figures: one file, a section for each."""

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
RESULTS = PROJECT / "build" / "bench.json"


def keep(section: str, figures: Any) -> None:
    """Write a section, and leave the others as they are."""
    RESULTS.parent.mkdir(exist_ok=True)
    try:
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    text = json.dumps(kept | {section: figures}, indent=2) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
