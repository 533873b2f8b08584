"""Checksummed files under a budget, for what can always be computed again.

A file is used only if every byte of it is as it was written; anything else is deleted. Files are
written aside and renamed, and never changed, so that a crash, a full disk or a second program on
the same folder can cost a file but never spoil one. The order of use is kept in the names as a
rising number, because a clock can be set back.
"""

import hashlib
import json
import logging
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil
from numpy.typing import NDArray

from runtime.cache_files import is_abandoned, parse_whole, part_name, whole_name

log = logging.getLogger("sideglance.engine.cache")

Payload = NDArray[np.uint8]

_MAGIC = b"SGCACHE1"
_LENGTH = struct.Struct("<Q")
_DIGEST_BYTES = 32
_LONGEST_HEADER = 64 << 20
# Space that is always left on the disk for everything else.
_DISK_FLOOR_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """What a file holds.

    Attributes:
        header: small facts, as JSON knows them
        payloads: bytes
    """

    header: Mapping[str, Any]
    payloads: tuple[Payload, ...]


class BlobStore:
    """A folder of blobs by name, the least recently used of which go first."""

    def __init__(self, folder: Path, *, budget_bytes: int) -> None:
        """Look at a folder; it is made when the first blob is saved.

        Args:
            folder: holds nothing but these files
            budget_bytes: most that the files may take together
        """
        self._folder = folder
        self._budget = budget_bytes
        self._sweep_parts()

    def names(self) -> list[str]:
        """What is there, the most recently used first."""
        return [name for _number, name, _path in sorted(self._files(), reverse=True)]

    def header(self, name: str) -> Mapping[str, Any] | None:
        """The header of a blob, checked; None if there is no such blob."""
        path = self._find(name)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                return _read_header(file)["facts"]  # type: ignore[no-any-return]
        except (OSError, ValueError) as error:
            self._refuse(path, error)
            return None

    def load(self, name: str) -> Blob | None:
        """A blob, checked to its last byte, and from now the most recently used."""
        path = self._find(name)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                header = _read_header(file)
                if sum(header["sizes"]) != path.stat().st_size - file.tell():
                    raise ValueError("length")
                payloads = tuple(_read_payload(file, size) for size in header["sizes"])
                if _digest(payloads).hexdigest() != header["digest"]:
                    raise ValueError("checksum")
        except (OSError, ValueError) as error:
            self._refuse(path, error)
            return None
        self._renumber(path, name)
        return Blob(header=header["facts"], payloads=payloads)

    def save(self, name: str, facts: Mapping[str, Any], payloads: Sequence[Payload]) -> bool:
        """Write a blob, if it fits the budget and the disk.

        Returns:
            whether it is there now
        """
        start = _start_of_file(facts, payloads)
        size = len(start) + sum(payload.nbytes for payload in payloads)
        if size > self._budget:
            return False
        part = self._folder / part_name(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._free_space_for(size)
            if psutil.disk_usage(str(self._folder)).free < size + _DISK_FLOOR_BYTES:
                log.info("the disk is nearly full; nothing is kept")
                return False
            _write(part, start, payloads)
            self.delete(name)
            part.replace(self._path(name))
        except OSError as error:
            log.warning("nothing was kept: %s", error.strerror)
            _unlink(part)
            return False
        return True

    def delete(self, name: str) -> None:
        """Remove a blob; nothing happens if there is none."""
        for _number, other, path in self._files():
            if other == name:
                _unlink(path)

    def _files(self) -> Iterator[tuple[int, str, Path]]:
        try:
            paths = list(self._folder.iterdir())
        except OSError:
            return
        for path in paths:
            if parsed := parse_whole(path):
                yield *parsed, path

    def _find(self, name: str) -> Path | None:
        return next((path for _number, other, path in self._files() if other == name), None)

    def _path(self, name: str) -> Path:
        newest = max((number for number, _name, _path in self._files()), default=0)
        return self._folder / whole_name(newest + 1, name)

    def _renumber(self, path: Path, name: str) -> None:
        try:
            path.rename(self._path(name))
        except OSError:
            # Another program has it open, or the folder is read-only: it is only the order.
            log.debug("the order of use was not kept")

    def _free_space_for(self, size: int) -> None:
        files = sorted(self._files())
        sizes = {path: _size(path) for _number, _name, path in files}
        used = sum(sizes.values())
        for _number, _name, path in files:
            if used + size <= self._budget:
                return
            _unlink(path)
            used -= sizes[path]

    def _refuse(self, path: Path, error: Exception) -> None:
        log.warning("a kept file is damaged and deleted: %s", error)
        _unlink(path)

    def _sweep_parts(self) -> None:
        """Remove what a program that died while saving left behind."""
        try:
            paths = list(self._folder.iterdir())
        except OSError:
            return
        for path in paths:
            if is_abandoned(path):
                _unlink(path)


def name_of(*facts: str) -> str:
    """A blob's name from what identifies it: 64 hex digits."""
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _start_of_file(facts: Mapping[str, Any], payloads: Sequence[Payload]) -> bytes:
    """All that stands before the payloads."""
    header = json.dumps(
        {
            "facts": facts,
            "sizes": [payload.nbytes for payload in payloads],
            "digest": _digest(payloads).hexdigest(),
        }
    ).encode()
    return _MAGIC + _LENGTH.pack(len(header)) + header + _header_digest(header)


def _write(path: Path, start: bytes, payloads: Sequence[Payload]) -> None:
    with path.open("wb") as file:
        file.write(start)
        for payload in payloads:
            file.write(payload.data)
        file.flush()
        os.fsync(file.fileno())


def _read_header(file: IO[bytes]) -> dict[str, Any]:
    start = file.read(len(_MAGIC) + _LENGTH.size)
    if not start.startswith(_MAGIC) or len(start) != len(_MAGIC) + _LENGTH.size:
        raise ValueError("start")
    (length,) = _LENGTH.unpack(start[len(_MAGIC) :])
    if length > _LONGEST_HEADER:
        raise ValueError("header length")
    header = file.read(length)
    if file.read(_DIGEST_BYTES) != _header_digest(header):
        raise ValueError("header checksum")
    return _checked(header)


def _checked(header: bytes) -> dict[str, Any]:
    """A header that is whole can still be another version's."""
    try:
        content = json.loads(header)
    except RecursionError as error:
        raise ValueError("header") from error
    match content:
        case {"facts": dict(), "sizes": [*sizes], "digest": str()} if all(
            isinstance(size, int) and size >= 0 for size in sizes
        ):
            return dict(content)
    raise ValueError("header")


def _read_payload(file: IO[bytes], size: int) -> Payload:
    payload = np.fromfile(file, dtype=np.uint8, count=size)
    if payload.nbytes != size:
        raise ValueError("cut off")
    return payload


def _digest(payloads: Sequence[Payload]) -> "hashlib.blake2b":
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for payload in payloads:
        digest.update(payload.data)
    return digest


def _header_digest(header: bytes) -> bytes:
    return hashlib.blake2b(header, digest_size=_DIGEST_BYTES).digest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.info("a kept file could not be deleted: %s", error.strerror)
