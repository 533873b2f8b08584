"""Where every benchmark leaves its figures: one file, a section for each."""

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
RESULTS = PROJECT / "build" / "bench.json"


def keep(section: str, figures: Any) -> None:
    """Write a section, and leave the others as they are."""
    RESULTS.parent.mkdir(exist_ok=True)
    text = json.dumps(_all() | {section: figures}, indent=2) + "\n"
    RESULTS.write_text(text, encoding="utf-8")


def kept(section: str, otherwise: Any) -> Any:
    """A section as it was written last."""
    return _all().get(section, otherwise)


def _all() -> dict[str, Any]:
    try:
        content = json.loads(RESULTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
