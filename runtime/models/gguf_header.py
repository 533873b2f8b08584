"""Reads the header of a GGUF file, which anybody may have made: bounded in time and memory.

The `gguf` package's own reader maps the whole file, keeps every token of the vocabulary as an
array and follows lengths without end, so only its tables of types are used here.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

from runtime.problems import ModelFailure, Problem

# Far above what any model has; a damaged length must not become an endless loop.
_MOST_ENTRIES = 100_000
_MOST_ITEMS = 4_000_000
_LONGEST_TEXT = 16 << 20
_LONGEST_HEADER = 256 << 20
_MOST_DIMENSIONS = 4
# Arrays up to this are kept, such as one number a layer; vocabularies are only counted.
_MOST_KEPT_ITEMS = 4096

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = 32
_STRING, _ARRAY = 8, 9
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}

Scalar = int | float | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorInfo:
    """A tensor as the header describes it.

    Attributes:
        dimensions: the innermost first
        kind: ggml's number of its type
        offset: of its data, from where all data begins
    """

    name: str
    dimensions: tuple[int, ...]
    kind: int
    offset: int

    @property
    def elements(self) -> int:
        """How many weights it has."""
        return prod(self.dimensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """Everything before the weights.

    Attributes:
        values: single values by key
        arrays: items of short arrays by key
        lengths: lengths of all arrays by key
        data_offset: where in the file the weights begin
        size_bytes: of the whole file
    """

    values: Mapping[str, Scalar]
    arrays: Mapping[str, tuple[Scalar, ...]]
    lengths: Mapping[str, int]
    tensors: tuple[TensorInfo, ...]
    data_offset: int
    size_bytes: int


def read_header(path: Path) -> GgufHeader:
    """Read a file's header.

    Raises:
        ModelFailure: the file is missing, cannot be read, is no GGUF file, or ends in its header
    """
    try:
        with path.open("rb") as file:
            return _HeaderReader(file, path).read()
    except FileNotFoundError as error:
        raise ModelFailure(Problem.MODEL_MISSING, path.name) from error
    except OSError as error:
        raise ModelFailure(Problem.MODEL_UNUSABLE, path.name) from error


class _HeaderReader:
    """Goes through a header once, from its beginning to its end."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._name = path.name
        self._size = path.stat().st_size
        self._left = _LONGEST_HEADER
        self._values: dict[str, Scalar] = {}
        self._arrays: dict[str, tuple[Scalar, ...]] = {}
        self._lengths: dict[str, int] = {}

    def read(self) -> GgufHeader:
        if self._file.read(4) != _MAGIC:
            raise ModelFailure(Problem.MODEL_NOT_GGUF, self._name)
        if self._number("<I") not in _VERSIONS:
            raise self._damaged()
        tensor_count = self._count("<Q", _MOST_ENTRIES)
        for _ in range(self._count("<Q", _MOST_ENTRIES)):
            self._read_value()
        tensors = tuple(self._tensor() for _ in range(tensor_count))
        alignment = self._values.get("general.alignment", _ALIGNMENT)
        if not isinstance(alignment, int) or alignment < 1:
            raise self._damaged()
        end = self._file.tell()
        return GgufHeader(
            values=self._values,
            arrays=self._arrays,
            lengths=self._lengths,
            tensors=tensors,
            data_offset=-(-end // alignment) * alignment,
            size_bytes=self._size,
        )

    def _read_value(self) -> None:
        key = self._text()
        kind = self._number("<I")
        if kind == _ARRAY:
            self._read_array(key)
        else:
            self._values[key] = self._scalar(kind)

    def _read_array(self, key: str) -> None:
        kind = self._number("<I")
        count = self._lengths[key] = self._count("<Q", _MOST_ITEMS)
        if count <= _MOST_KEPT_ITEMS:
            self._arrays[key] = tuple(self._scalar(kind) for _ in range(count))
        elif kind == _STRING:
            for _ in range(count):
                self._skip(self._count("<Q", _LONGEST_TEXT))
        else:
            self._skip(count * struct.calcsize(self._format(kind)))

    def _tensor(self) -> TensorInfo:
        return TensorInfo(
            name=self._text(),
            dimensions=tuple(
                self._number("<Q") for _ in range(self._count("<I", _MOST_DIMENSIONS))
            ),
            kind=self._number("<I"),
            offset=self._number("<Q"),
        )

    def _scalar(self, kind: int) -> Scalar:
        if kind == _STRING:
            return self._text()
        layout = self._format(kind)
        value: Scalar = struct.unpack(layout, self._bytes(struct.calcsize(layout)))[0]
        return value

    def _format(self, kind: int) -> str:
        if kind not in _SCALARS:
            raise self._damaged()
        return _SCALARS[kind]

    def _text(self) -> str:
        return self._bytes(self._count("<Q", _LONGEST_TEXT)).decode(errors="replace")

    def _count(self, layout: str, most: int) -> int:
        count = self._number(layout)
        if count > most:
            raise self._damaged()
        return count

    def _number(self, layout: str) -> int:
        return int(struct.unpack(layout, self._bytes(struct.calcsize(layout)))[0])

    def _bytes(self, count: int) -> bytes:
        self._left -= count
        if self._left < 0:
            raise self._damaged()
        data = self._file.read(count)
        if len(data) < count:
            raise ModelFailure(Problem.MODEL_TRUNCATED, self._name)
        return data

    def _skip(self, count: int) -> None:
        # Read rather than jumped over: a jump behind the end would go unnoticed, and short
        # ones would empty the buffer each time.
        self._bytes(count)

    def _damaged(self) -> ModelFailure:
        return ModelFailure(Problem.MODEL_UNUSABLE, self._name)
