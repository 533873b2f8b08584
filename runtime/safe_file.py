"""Our own files, wholly written or not at all, and what it means when they cannot be."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from runtime.problems import Problem, RuntimeFailure

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def written_aside(folder: Path, suffix: str = "") -> Iterator[tuple[BinaryIO, Path]]:
    """Open a new file in the folder, and take it away if it is still there at the end.

    The body renames it to its final name once it is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=folder, prefix=".new-", suffix=suffix)
    path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def settle(file: BinaryIO) -> None:
    """Make sure that the bytes are on disk before the file gets its final name."""
    file.flush()
    os.fsync(file.fileno())


def settle_names(folder: Path) -> None:
    """Make sure that the folder's names are on disk; Windows does that by itself."""
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def replace_file(path: Path, content: bytes) -> None:
    """Put new content in the place of a file in one step."""
    with written_aside(path.parent) as (file, aside):
        file.write(content)
        settle(file)
        # Windows cannot rename a file that is open.
        file.close()
        aside.replace(path)


def file_failure(error: OSError) -> RuntimeFailure:
    """Say why writing our own files did not succeed."""
    if error.errno in _FULL:
        return RuntimeFailure(Problem.DISK_FULL, error.filename or "")
    return RuntimeFailure(Problem.STORE_UNREADABLE, error.strerror or type(error).__name__)
