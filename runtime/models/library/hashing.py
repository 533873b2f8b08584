"""Hashes of large files."""

import hashlib
from collections.abc import Callable
from pathlib import Path

_BLOCK = 1 << 20


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
