"""Temporary folders of engine processes, and how those of a killed program are found again."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil

_PREFIX = "sideglance-client-"
# No process has a longer number, and psutil refuses to look for one.
_NAME = re.compile(rf"{_PREFIX}(\d{{1,9}})-.+")


def make_temp_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder whose name says which process it belongs to."""
    return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")


def sweep_temp_folders(parent: Path | None = None) -> int:
    """Delete what killed programs left behind; returns how many folders were found.

    Args:
        parent: where to look; None is the system's folder for temporary files
    """
    found = 0
    for path in (parent or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*"):
        match = _NAME.fullmatch(path.name)
        if match is None or psutil.pid_exists(int(match.group(1))):
            continue
        found += 1
        # Another user's may not be deleted by us; that is theirs to do.
        shutil.rmtree(path, ignore_errors=True)
    return found


def empty_folders(parent: Path) -> None:
    """Delete the folders in a scratch folder: the process that made them is gone."""
    for path in parent.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
