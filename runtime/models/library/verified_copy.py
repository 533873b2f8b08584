"""Copies and hashes large files, so that a copy is known to be good."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from runtime.problems import FolderFailure, Problem, Stopped

_BLOCK = 1 << 20

_BLOCK = 1 << 20
# Space that is always left on the disk for everything else.
_FLOOR_BYTES = 2 << 30


def sha256_of(path: Path, *, on_read: Callable[[int], None]) -> str:
    """The SHA-256 of a file, in hex.

    Args:
        path: of the file
        on_read: told how many bytes were read so far; may raise to end it

    Raises:
        OSError: it cannot be read
    """
    digest = hashlib.sha256()
    done = 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            on_read(done)
    return digest.hexdigest()


class Copying:
    """Files on their way from one place to another.

    Each byte counts twice: once when it is copied, once when the copy is read again.
    """

    def __init__(
        self,
        total_bytes: int,
        *,
        on_progress: Callable[[int, int], None],
        is_stopped: Callable[[], bool],
    ) -> None:
        """Nothing is copied yet.

        Args:
            total_bytes: of all files
            on_progress: told how much of how much is done
            is_stopped: asked between blocks
        """
        self._total = 2 * total_bytes
        self._before = 0
        self._on_progress = on_progress
        self._is_stopped = is_stopped

    def copy(self, source: Path, target: Path) -> str:
        """Copy a file, times included, and compare the copy with it.

        Returns:
            the SHA-256, in hex

        Raises:
            Stopped: the user had enough; a part of the copy may be there
            FolderFailure: the copy is not what was read
            OSError: one cannot be read or the other not be written
        """
        digest = hashlib.sha256()
        done = 0
        with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
            while block := reader.read(_BLOCK):
                digest.update(block)
                view = memoryview(block)
                while view:
                    view = view[writer.write(view) or 0 :]
                done += len(block)
                self._note(done)
            os.fsync(writer.fileno())
        status = source.stat()
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
        self._before += done
        sha256 = sha256_of(target, on_read=self._note)
        self._before += done
        if sha256 != digest.hexdigest():
            raise FolderFailure(Problem.MODELS_FOLDER_UNWRITABLE, str(target.parent))
        return sha256

    def _note(self, done: int) -> None:
        self._on_progress(self._before + done, self._total)
        if self._is_stopped():
            raise Stopped


def check_disk_space(free_bytes: int, needed_bytes: int) -> None:
    """Make sure that so much can be written without filling the disk.

    Raises:
        FolderFailure: DISK_FULL, its detail "needed/free" in bytes
    """
    needed = needed_bytes + _FLOOR_BYTES
    if free_bytes < needed:
        raise FolderFailure(Problem.DISK_FULL, f"{needed}/{free_bytes}")
