"""With the offline switch on, no process of the program tries to reach anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.project import ROOT

OVERHEARING = ROOT / "tests" / "helpers" / "overhearing"
SESSION = ROOT / "tests" / "helpers" / "offline_session.py"

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows makes its pairs of sockets by connecting them"
)


def run_overheard(command: list[str], file: Path) -> list[str]:
    """Run Python and return what it and its children tried to reach, after who was heard."""
    environment = {**os.environ, "PYTHONPATH": str(OVERHEARING), "OVERHEARD": str(file)}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return file.read_text().splitlines()


def attempts(heard: list[str]) -> list[str]:
    return [line for line in heard if not line.endswith(" listening")]


def test_that_an_attempt_would_be_heard_in_a_child_as_well(tmp_path: Path) -> None:
    connect = (
        "import contextlib, socket\n"
        "with contextlib.suppress(OSError):\n"
        "    socket.create_connection(('127.0.0.1', 9), timeout=1)\n"
    )
    program = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {connect!r}])"
    heard = run_overheard(["-c", program], tmp_path / "heard")
    assert any("socket.getaddrinfo" in line for line in attempts(heard))
    assert any("socket.connect" in line for line in attempts(heard))


@pytest.mark.model
def test_that_start_chat_and_settings_reach_for_nobody(tmp_path: Path) -> None:
    heard = run_overheard(
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(SESSION)], tmp_path / "heard"
    )
    assert attempts(heard) == []
    # The window, the engine, and those that look at the picture.
    assert len(heard) >= 3
