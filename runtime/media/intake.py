"""Looks at a file from outside, before any decoder is started."""

import stat
from pathlib import Path

from runtime.media.sniff import HEAD_BYTES, FileKind, sniff
from runtime.problems import FileFailure, Problem


def kind_of(path: Path) -> FileKind:
    """Whether the file is a picture or a video, by its first bytes.

    Raises:
        FileFailure: it is neither, or cannot be read at all
    """
    _require_filled_file(path)
    kind = sniff(read_head(path))
    if kind is None:
        raise FileFailure(Problem.FILE_KIND_UNKNOWN, path.name)
    return kind


def read_head(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        FileFailure: the file cannot be read
    """
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise FileFailure(Problem.FILE_UNREADABLE, path.name) from error


def _require_filled_file(path: Path) -> None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        # ValueError: a name with a zero byte in it, which no file can have.
        raise FileFailure(Problem.FILE_MISSING, path.name) from error
    except OSError as error:
        raise FileFailure(Problem.FILE_UNREADABLE, path.name) from error
    if stat.S_ISDIR(status.st_mode):
        raise FileFailure(Problem.FILE_IS_FOLDER, path.name)
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe or a device could wait for ever.
        raise FileFailure(Problem.FILE_UNREADABLE, path.name)
    if status.st_size == 0:
        raise FileFailure(Problem.FILE_EMPTY, path.name)
