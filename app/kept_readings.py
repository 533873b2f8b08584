"""How much of what was read is kept on disk, and how to forget it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app import log
from runtime.kept_files import EMBEDDINGS, STATES, is_abandoned, parse_whole

MOST_GIGABYTES = 100
MOST_MEMORY_PERCENT = 50

# The engine's folders; nothing else is looked at.
_FOLDERS = (STATES, EMBEDDINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What became of the kept files.

    Attributes:
        freed_bytes: what the deleted ones took
        left: how many files, or folders of them, could not be deleted
    """

    freed_bytes: int = 0
    left: int = 0


def bytes_used(folder: Path) -> int:
    """What the kept files take together; what cannot be looked at takes nothing.

    Args:
        folder: the engine's part of the cache
    """
    used = 0
    for name in _FOLDERS:
        try:
            used += sum(_size(path) for path in _kept_files(folder / name))
        except OSError as error:
            log.jobs.info("kept files cannot be counted: %s", type(error).__name__)
    return used


def clear(folder: Path) -> Cleared:
    """Delete the kept files, each of them whole; the engine can be reading them meanwhile.

    Args:
        folder: the engine's part of the cache
    """
    freed = left = 0
    for name in _FOLDERS:
        try:
            paths = list(_kept_files(folder / name))
        except OSError as error:
            log.jobs.info("kept files cannot be listed: %s", type(error).__name__)
            left += 1
            continue
        for path in paths:
            size = _size(path)
            try:
                path.unlink()
            except FileNotFoundError:
                # The engine replaced it first.
                continue
            except OSError as error:
                # On Windows nobody can delete a file while another process has it open.
                log.jobs.info("a kept file could not be deleted: %s", type(error).__name__)
                left += 1
            else:
                freed += size
    return Cleared(freed_bytes=freed, left=left)


def _kept_files(folder: Path) -> Iterator[Path]:
    """The files that are kept, and those that died half-written.

    Raises:
        OSError: the folder is there but cannot be listed
    """
    try:
        paths = list(folder.iterdir())
    except FileNotFoundError:
        return
    for path in paths:
        if parse_whole(path) or is_abandoned(path):
            yield path


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
