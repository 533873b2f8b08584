"""Writes NumPy's .npy format, a few lines that save a picture's process from loading NumPy."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.problems import FileFailure, Problem

# Always the same length, so that it can be written again once the number of frames is known.
_HEADER_BYTES = 128


def header(*shape: int) -> bytes:
    """The start of a version 1.0 .npy file of uint8 in C order."""
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
    length = _HEADER_BYTES - 10
    size = length.to_bytes(2, "little")
    return b"\x93NUMPY\x01\x00" + size + text.ljust(length - 1).encode() + b"\n"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tells a failure to write our own file from a damaged file of the user's.

    Raises:
        FileFailure: DISK_FULL, or UNEXPECTED for any other reason not to write
    """
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        problem = Problem.DISK_FULL if full else Problem.UNEXPECTED
        raise FileFailure(problem, error.strerror or path.name) from error
