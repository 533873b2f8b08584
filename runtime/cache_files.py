"""How the engine's kept files are called; without numpy, so that the window may count them too."""

import os
import re
from pathlib import Path

import psutil

_WHOLE = re.compile(r"(\d{12})-([0-9a-f]{64})\.cache")
# No process has a longer number, and psutil refuses to look for one.
_PART = re.compile(r"(\d{1,9})-[0-9a-f]{64}\.part")

# The folders of a cache folder that hold such files.
STATES = "states"
EMBEDDINGS = "embeddings"


def whole_name(number: int, name: str) -> str:
    """The file name of a blob: its place in the order of use, and its 64 hex digits."""
    return f"{number:012d}-{name}.cache"


def part_name(name: str) -> str:
    """The file name of a blob that this process is writing."""
    return f"{os.getpid()}-{name}.part"


def parse_whole(path: Path) -> tuple[int, str] | None:
    """Place in the order of use, and name, of a blob's file; None for any other file."""
    match = _WHOLE.fullmatch(path.name)
    return (int(match.group(1)), match.group(2)) if match else None


def is_abandoned(path: Path) -> bool:
    """Whether a file was being written by a process that is gone.

    A part with a living writer is about to become a whole file.
    """
    match = _PART.fullmatch(path.name)
    return match is not None and not psutil.pid_exists(int(match.group(1)))
