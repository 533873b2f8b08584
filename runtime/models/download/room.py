"""Room on the disk: some of it always stays free for everything else."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.problems import DownloadFailure, Problem

FLOOR_BYTES = 2 << 30


def free_bytes(folder: Path) -> int:
    """What the folder's drive has free for this user."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
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
