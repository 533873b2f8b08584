import subprocess
import sys
from pathlib import Path

from helpers.project import ROOT

from app.application.single_instance import InstanceLock

_TAKE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from app.application.single_instance import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
assert lock.take()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_that_a_second_window_is_kept_away_until_the_first_has_closed(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path / "chats"), InstanceLock(tmp_path / "chats")
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_that_windows_on_different_chats_do_not_know_each_other(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path / "a"), InstanceLock(tmp_path / "b")
    assert first.take()
    assert second.take()
    first.release()
    second.release()


def test_that_a_killed_window_holds_nobody_back(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _TAKE_AND_DIE, str(tmp_path)], cwd=ROOT, check=False)
    assert list(tmp_path.iterdir())
    lock = InstanceLock(tmp_path)
    assert lock.take()
    lock.release()


def test_that_a_folder_that_cannot_be_made_is_told_by_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert InstanceLock(tmp_path / "file" / "chats").take()
