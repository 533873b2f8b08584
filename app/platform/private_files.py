"""Keeps what the user trusted to the program from other users of the computer.

On Windows there is nothing to do: the folders that `paths` names belong to one user, and what
is made in them inherits that.
"""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from app.platform import log

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OTHERS = 0o077


def make_new_files_private() -> None:
    """Have every file that this process or its children make be its user's alone.

    A mask rather than a mode for each: it covers what libraries write, from the first byte.
    """
    os.umask(_OTHERS)


def mend_permissions(folders: Iterable[Path]) -> int:
    """Take what an older version let others read away from them. Blocks.

    Returns:
        how many files and folders were mended
    """
    if sys.platform == "win32":
        return 0
    count = sum(_mend(path) for folder in folders for path in _folder_first(folder))
    if count:
        log.start.info("mended the permissions of %d files and folders", count)
    return count


def _folder_first(folder: Path) -> Iterator[Path]:
    """The folder and everything below it, each folder before what is in it."""
    yield folder
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(parent, name)


def _mend(path: Path) -> bool:
    # What is not ours, or is gone by now, cannot be mended and is no reason not to start.
    with suppress(OSError):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & _OTHERS:
            return False
        path.chmod(_FOLDER_MODE if stat.S_ISDIR(mode) else _FILE_MODE)
        return True
    return False
