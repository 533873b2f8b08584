"""With the offline switch on, a download opens no socket at all."""

import os
import subprocess
import sys
from pathlib import Path

from helpers.project import ROOT

HELPERS = ROOT / "tests" / "helpers"


def test_that_an_offline_download_reaches_for_nobody(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    paths = os.pathsep.join(str(path) for path in (HELPERS / "overhearing", ROOT, ROOT / "tests"))
    environment = {**os.environ, "PYTHONPATH": paths, "OVERHEARD": str(heard)}
    subprocess.run(
        [sys.executable, str(HELPERS / "offline_pull.py"), str(tmp_path / "models")],
        env=environment,
        check=True,
    )
    said = heard.read_text().splitlines()
    assert any(line.endswith(" listening") for line in said)
    assert [line for line in said if not line.endswith(" listening")] == []
