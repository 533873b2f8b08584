"""The bytes of a file that are there so far, and the disk space that must stay free."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from runtime.models.download.download_errors import AttemptError, AttemptFailed
from runtime.problems import DownloadFailure, Problem

FLOOR_BYTES = 2 << 30


def free_bytes(folder: Path) -> int:
    """What the folder's drive has free for this user."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """How much of a drive may be filled.

    Attributes:
        floor_bytes: stays free
        free: asked again and again, since others write as well
    """

    floor_bytes: int = FLOOR_BYTES
    free: Callable[[Path], int] = free_bytes

    def check(self, folder: Path, needed_bytes: int) -> None:
        """Make sure that so much more may be written.

        Raises:
            DownloadFailure: DISK_FULL, its detail "needed/free" in bytes
        """
        free = self.free(folder)
        needed = self.floor_bytes + needed_bytes
        if free < needed:
            raise DownloadFailure(Problem.DISK_FULL, f"{needed}/{free}")


class PartialFile:
    """Adds what a server sends to what is there.

    Where both overlap they are compared, and the part is cut where they differ: what is there is
    never trusted more than it must be, and never thrown away without need.

    Attributes:
        there: bytes of the part
        has_differed: what was there was not what the server has
    """

    def __init__(self, path: Path, *, start: int, size_bytes: int) -> None:
        """Open a part, or make one.

        Args:
            path: of the part
            start: where in the file the server begins
            size_bytes: of the whole file

        Raises:
            OSError: it cannot be opened
        """
        path.touch()
        # Unbuffered: a program that is killed must not take bytes with it.
        self._file = path.open("r+b", buffering=0)
        self._position = start
        self._size = size_bytes
        self.there = path.stat().st_size
        self.has_differed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def is_complete(self) -> bool:
        """Whether all bytes are there and none of them is left to be compared."""
        return self._position == self.there == self._size

    def take(self, block: bytes) -> None:
        """The next bytes from the server.

        Raises:
            AttemptFailed: there are more than the file has
            OSError: they cannot be written
        """
        if self._position + len(block) > self._size:
            raise AttemptFailed(AttemptError(problem=Problem.DOWNLOAD_CHANGED, is_final=True))
        rest = block[self._compared(block) :]
        if rest:
            self._write(rest)

    def _compared(self, block: bytes) -> int:
        """How many of the bytes are there already."""
        known = min(len(block), self.there - self._position)
        if known <= 0:
            return 0
        self._file.seek(self._position)
        if self._file.read(known) == block[:known]:
            self._position += known
            return known
        self._file.truncate(self._position)
        self.there = self._position
        self.has_differed = True
        return 0

    def _write(self, block: bytes) -> None:
        self._file.seek(self._position)
        view = memoryview(block)
        while view:
            # A disk that gets full takes a part and refuses the rest.
            written = self._file.write(view) or 0
            view = view[written:]
            self._position += written
            self.there = self._position
