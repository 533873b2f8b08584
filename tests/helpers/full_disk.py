"""A disk that is full, without filling one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Let every write beyond so many bytes of a file fail, in all of this process."""
    if sys.platform == "win32":
        pytest.skip("Windows limits no file's length")
    import resource  # noqa: PLC0415

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores the signal that comes with it, so it is an OSError as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
