"""When the environment counts as set up."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup_venv
from tools.setup_venv import fingerprint

PROJECT = Path(__file__).parents[2]


def test_that_a_changed_lock_file_changes_the_fingerprint(tmp_path: Path) -> None:
    lock = tmp_path / "runtime.txt"
    lock.write_text("one==1")
    before = fingerprint([lock])
    assert fingerprint([lock]) == before
    lock.write_text("one==2")
    assert fingerprint([lock]) != before


def test_that_swapped_files_change_the_fingerprint(tmp_path: Path) -> None:
    one, two = tmp_path / "runtime.txt", tmp_path / "dev.txt"
    one.write_text("a")
    two.write_text("b")
    before = fingerprint([one, two])
    one.write_text("b")
    two.write_text("a")
    assert fingerprint([one, two]) != before


def test_that_an_old_python_can_still_read_the_tools() -> None:
    # These two are what tells a person that their Python is too old.
    script = (
        "import ast, sys; "
        "[ast.parse(open(name).read(), feature_version=(3, 7)) for name in sys.argv[1:]]"
    )
    files = [str(PROJECT / "tools" / name) for name in ("preflight.py", "setup_venv.py")]
    assert subprocess.run([sys.executable, "-c", script, *files], check=False).returncode == 0


def test_that_a_flag_that_the_compiler_does_not_know_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setenv("CXX", f"{sys.executable} -c pass")
    monkeypatch.setenv("CXXFLAGS", "-g")
    assert setup_venv._compiler_flags() == {"CXXFLAGS": "-g -mno-amx-int8"}
