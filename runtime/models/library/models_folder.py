"""Folders of models: names that every drive accepts, and why one cannot be used."""

import errno
import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

from runtime.problems import FolderFailure, Problem

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# A name may have 255 bytes on Linux; a part's suffix and a number are added to it.
_LONGEST_BYTES = 120

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def safe_name(text: str) -> str:
    """A name as close to the text as any drive allows."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))
    name = name.encode("utf-8", errors="replace")[:_LONGEST_BYTES].decode(errors="ignore")
    # Names that begin with a dot are hidden, and ours; Windows cuts dots and spaces at the end.
    name = name.strip(". ")
    if not name or _RESERVED.fullmatch(name):
        return f"model {name}".strip()
    return name


def free_name(text: str, taken: Collection[str]) -> str:
    """A safe name that nothing else has, whatever the case of its letters."""
    folded = {name.casefold() for name in taken}
    name = safe_name(text)
    candidate, number = name, 1
    while candidate.casefold() in folded:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


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
