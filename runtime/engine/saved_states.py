"""Conversations that are not in the model's memory now: in RAM, then on disk.

What is kept of a conversation is the whole state of its sequence (attention cache and recurrent
layers), the units it stands for, and its newest checkpoints. A state is found again by its units,
whatever chat they belong to, and only under the fingerprint it was made with.
"""

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp

from runtime.engine.blob_store import Blob, BlobStore, Payload, name_of
from runtime.engine.checkpoints import Checkpoint
from runtime.engine.prefill_plan import Picture, Unit, cells, common_length

# Raised when what is kept, or how it is read, changes.
_FORMAT = 1
_SAMPLE_BYTES = 1 << 20
_SAMPLES = 16

log = logging.getLogger("sideglance.engine")


def fingerprint(model: Path, projector: Path | None, *settings: object) -> str:
    """Identify everything that a state or an embedding depends on.

    Args:
        model: the GGUF file
        projector: its projector file, if any
        settings: whatever else changes what the model computes
    """
    facts = [
        str(_FORMAT),
        llama_cpp.__version__,
        str(llama_cpp.llama_print_system_info()),
        file_fingerprint(model),
        file_fingerprint(projector) if projector else "",
        *map(repr, settings),
    ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def file_fingerprint(path: Path) -> str:
    """A file's length and samples of its bytes, its whole header among them.

    Hashing all of 18 GB would take longer than what it protects; two quantisations of one model
    differ in every sample.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for index in range(_SAMPLES):
            file.seek(index * max(size - _SAMPLE_BYTES, 0) // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedState:
    """A whole conversation, as llama.cpp holds it.

    Attributes:
        units: what it stands for
        memory: llama.cpp's bytes of the sequence
        checkpoints: the newest ones, oldest first
    """

    units: tuple[Unit, ...]
    memory: Payload
    checkpoints: tuple[Checkpoint, ...]

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        return self.memory.nbytes + sum(mark.state.nbytes for mark in self.checkpoints)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """What a state could be used for, without its bytes."""

    units: tuple[Unit, ...]
    marks: tuple[int, ...]


class SavedStates:
    """Saved conversations by what they hold; never more than the budgets allow."""

    def __init__(self, store: BlobStore | None, *, fingerprint: str, ram_bytes: int) -> None:
        """Begin with what is on disk.

        Args:
            store: where states go when RAM is full and at the end; None keeps them in RAM only
            fingerprint: everything a state depends on: files, build, settings
            ram_bytes: most that may be held in RAM
        """
        self._store = store
        self._fingerprint = fingerprint
        self._ram_bytes = ram_bytes
        self._ram: OrderedDict[str, SavedState] = OrderedDict()
        # None for states of another fingerprint; a name never comes to mean another state.
        self._outlines: dict[str, _Outline | None] = {}

    def best(self, wanted: Sequence[Unit], *, logits: bool) -> tuple[str | None, int]:
        """The state that saves the most reading, and the cells it saves."""
        limit = len(wanted) - 1 if logits else len(wanted)
        best_name, best_cells = None, 0
        for name, outline in self._known():
            saved = cells(wanted[: _usable(outline, wanted, limit)])
            if saved > best_cells:
                best_name, best_cells = name, saved
        return best_name, best_cells

    def take(self, name: str) -> SavedState | None:
        """A state out of RAM or from disk; None if it is gone or damaged."""
        if name in self._ram:
            self._ram.move_to_end(name)
            return self._ram[name]
        blob = self._store.load(name) if self._store else None
        if blob is None:
            self._outlines.pop(name, None)
            return None
        return _from_blob(blob)

    def put(self, state: SavedState) -> None:
        """Hold a state in RAM; what no longer fits there goes to disk."""
        name = self._name(state.units)
        self._ram[name] = state
        self._ram.move_to_end(name)
        self._forget_beginnings_of(state, but=name)
        while sum(held.nbytes for held in self._ram.values()) > self._ram_bytes:
            _name, oldest = self._ram.popitem(last=False)
            self.write(oldest)

    def is_written(self, units: Sequence[Unit]) -> bool:
        """Whether the state of these units is on disk, or nothing is ever kept there."""
        return self._store is None or self._name(units) in self._store.names()

    def write(self, state: SavedState) -> bool:
        """Write a state to disk unless it is there; returns whether it is there now."""
        if self._store is None:
            return False
        if self.is_written(state.units):
            return True
        name = self._name(state.units)
        facts = _to_facts(state, self._fingerprint)
        payloads = [state.memory, *(mark.state for mark in state.checkpoints)]
        saved = self._store.save(name, facts, payloads)
        if saved:
            self._forget_beginnings_of(state, but=name)
        return saved

    def write_all(self) -> None:
        """Write everything in RAM to disk: the program ends."""
        for name in list(self._ram):
            # One written before may have been the continuation of this one.
            if (state := self._ram.get(name)) is not None:
                self.write(state)

    def _name(self, units: Sequence[Unit]) -> str:
        return name_of(self._fingerprint, repr(tuple(units)))

    def _known(self) -> list[tuple[str, _Outline]]:
        known = [(name, _outline(state)) for name, state in self._ram.items()]
        names = self._store.names() if self._store else []
        for name in names:
            if name not in self._ram and (outline := self._outline_on_disk(name)):
                known.append((name, outline))
        return known

    def _outline_on_disk(self, name: str) -> _Outline | None:
        if name not in self._outlines:
            facts = self._store.header(name) if self._store else None
            if facts is None:
                return None
            ours = facts.get("fingerprint") == self._fingerprint
            self._outlines[name] = _outline_of(facts) if ours else None
        return self._outlines[name]

    def _forget_beginnings_of(self, state: SavedState, *, but: str) -> None:
        """Drop states that this one continues: it can do all they could."""
        for name, outline in self._known():
            length = len(outline.units)
            if (
                name != but
                and length <= len(state.units)
                and (outline.units == state.units[:length])
            ):
                self._ram.pop(name, None)
                self._outlines.pop(name, None)
                if self._store is not None:
                    self._store.delete(name)


def _usable(outline: _Outline, wanted: Sequence[Unit], limit: int) -> int:
    """How many of the wanted units a state would save reading."""
    common = min(common_length(outline.units, wanted), limit)
    if common == len(outline.units):
        return common
    return max((mark for mark in outline.marks if mark <= common), default=0)


def _outline(state: SavedState) -> _Outline:
    return _Outline(units=state.units, marks=tuple(mark.length for mark in state.checkpoints))


def _outline_of(facts: Mapping[str, Any]) -> _Outline:
    return _Outline(
        units=_to_units(facts["units"]),
        marks=tuple(length for length, _position in facts["marks"]),
    )


def _to_facts(state: SavedState, fingerprint: str) -> dict[str, object]:
    return {
        "fingerprint": fingerprint,
        "units": [
            [unit.identity, unit.tokens, unit.positions] if isinstance(unit, Picture) else unit
            for unit in state.units
        ],
        "marks": [[mark.length, mark.position] for mark in state.checkpoints],
    }


def _to_units(facts: Sequence[int | list[str | int]]) -> tuple[Unit, ...]:
    return tuple(
        unit
        if isinstance(unit, int)
        else Picture(identity=str(unit[0]), tokens=int(unit[1]), positions=int(unit[2]))
        for unit in facts
    )


def _from_blob(blob: Blob) -> SavedState:
    memory, *states = blob.payloads
    return SavedState(
        units=_to_units(blob.header["units"]),
        memory=memory,
        checkpoints=tuple(
            Checkpoint(length=length, position=position, state=state)
            for (length, position), state in zip(blob.header["marks"], states, strict=True)
        ),
    )
