"""What it means when the models folder cannot be read or written."""

import errno
from pathlib import Path

from runtime.problems import FolderFailure, Problem

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def folder_failure(error: OSError, folder: Path) -> FolderFailure:
    """Why writing to the models folder failed."""
    if error.errno in _FULL:
        return FolderFailure(Problem.DISK_FULL)
    if error.errno == errno.EFBIG:
        return FolderFailure(Problem.MODELS_DRIVE_LIMIT)
    if not _is_there(folder):
        return FolderFailure(Problem.MODELS_FOLDER_GONE, str(folder))
    return FolderFailure(Problem.MODELS_FOLDER_UNWRITABLE, f"{folder}\n{error.strerror or ''}")


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        # A drive that was pulled out can answer with an error of its own.
        return False
