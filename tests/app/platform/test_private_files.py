"""Nobody else may look into what the user trusted to the program."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.project import ROOT

from app.platform.paths import find_paths
from app.platform.private_files import mend_permissions

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows keeps the user's folders to the user by itself"
)


def open_to_others(*folders: Path) -> list[str]:
    """Everything below the folders, and they themselves, that others may use in any way."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return [
        f"{path.relative_to(folders[0].parent)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in paths
        if path.exists() and path.stat().st_mode & 0o077
    ]


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


@pytest.fixture
def _usual_mask() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_usual_mask")
def test_that_what_an_older_version_made_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "chats"
    (folder / "attachments" / "ab").mkdir(parents=True)
    (folder / "chats.db").write_text("words")
    (folder / "attachments" / "ab" / "picture.png").write_text("picture")
    settings = tmp_path / "settings.json"
    settings.write_text("{}")
    assert mend_permissions([folder, settings, tmp_path / "missing"]) == 6
    assert open_to_others(folder, settings) == []
    assert mend_permissions([folder, settings]) == 0


@pytest.mark.usefixtures("_usual_mask")
def test_that_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "chats", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "shared.txt").write_text("for everybody")
    (folder / "link").symlink_to(elsewhere)
    mend_permissions([folder])
    assert stat.S_IMODE((elsewhere / "shared.txt").stat().st_mode) == 0o644
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755


@pytest.mark.model
@pytest.mark.usefixtures("_usual_mask")
def test_that_a_whole_start_leaves_nothing_open_to_others() -> None:
    paths = find_paths()
    old = paths.chats / "thumbnails" / "ab" / "old.png"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    window = subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.PIPE,
    )
    try:
        wait_until((paths.logs / "engine.log").exists)
        wait_until(lambda: not old.stat().st_mode & 0o077)
        while_it_runs = open_to_others(paths.chats, paths.cache, paths.logs, paths.settings)
        log = (paths.chats / "chats.db-wal").exists()
    finally:
        window.send_signal(signal.SIGTERM)
        _, errors = window.communicate(timeout=60)
    assert errors == b""
    assert log
    assert while_it_runs == []
    assert open_to_others(paths.chats, paths.cache, paths.logs, paths.settings) == []


@pytest.mark.model
@pytest.mark.usefixtures("_usual_mask")
def test_that_the_command_line_leaves_nothing_open_to_others() -> None:
    paths = find_paths()
    command = [sys.executable, "-m", "app", "ask", "Hello!"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0
    assert open_to_others(paths.settings.parent) == []
