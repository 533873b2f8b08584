import os
import subprocess
import sys
from pathlib import Path

from runtime.temp_folders import empty_folders, make_temp_folder, sweep_temp_folders


def gone_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_that_what_a_dead_process_left_is_deleted(tmp_path: Path) -> None:
    left = tmp_path / f"sideglance-client-{gone_process()}-abc"
    (left / "sideglance-engine-x").mkdir(parents=True)
    (left / "engine.err").touch()
    assert sweep_temp_folders(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_that_what_a_living_process_uses_stays(tmp_path: Path) -> None:
    mine = tmp_path / f"sideglance-client-{os.getpid()}-abc"
    mine.mkdir()
    assert sweep_temp_folders(tmp_path) == 0
    assert mine.is_dir()


def test_that_nothing_else_is_touched(tmp_path: Path) -> None:
    for name in ("sideglance-client-abc", "sideglance-client-99999999999-a", "other"):
        (tmp_path / name).mkdir()
    assert sweep_temp_folders(tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 3


def test_that_a_folder_says_whose_it_is() -> None:
    with make_temp_folder() as name:
        assert f"-{os.getpid()}-" in name


def test_that_only_folders_are_emptied(tmp_path: Path) -> None:
    (tmp_path / "engine.err").touch()
    (tmp_path / "sideglance-engine-x" / "deep").mkdir(parents=True)
    empty_folders(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["engine.err"]
