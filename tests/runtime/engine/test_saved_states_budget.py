"""Saved conversations: found by what they hold, bounded, under their fingerprint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from runtime.engine.blob_store import BlobStore, Payload
from runtime.engine.checkpoints import Checkpoint, newest
from runtime.engine.prefill_plan import Picture, Unit
from runtime.engine.saved_states import SavedState, SavedStates

MANY = 1 << 20
STATE_BYTES = 1000
MARK_BYTES = 10
PICTURE = Picture(identity="a" * 64, tokens=16, positions=4)


def bytes_like(size: int, seed: int) -> Payload:
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)


def state(units: Sequence[Unit], *marks: int) -> SavedState:
    """A state of 1,000 bytes, with checkpoints of 10 bytes."""
    return SavedState(
        units=tuple(units),
        memory=bytes_like(STATE_BYTES, len(units)),
        checkpoints=tuple(
            Checkpoint(length=mark, position=mark, state=bytes_like(MARK_BYTES, mark))
            for mark in marks
        ),
    )


def states_in(
    folder: Path | None,
    *,
    fingerprint: str = "ours",
    ram_bytes: int = MANY,
    disk_bytes: int = MANY,
) -> SavedStates:
    store = None if folder is None else BlobStore(folder, budget_bytes=disk_bytes)
    return SavedStates(store, fingerprint=fingerprint, ram_bytes=ram_bytes)


def saved_cells(states: SavedStates, wanted: Sequence[Unit], *, logits: bool = True) -> int:
    return states.best(tuple(wanted), logits=logits)[1]


def taken(states: SavedStates, wanted: Sequence[Unit]) -> SavedState | None:
    name, _cells = states.best(tuple(wanted), logits=True)
    assert name is not None
    return states.take(name)


def files_in(folder: Path) -> int:
    return len(list(folder.glob("*.cache")))


def test_that_a_whole_state_that_is_continued_saves_all_of_it() -> None:
    states = states_in(None)
    states.put(state(range(100)))
    assert saved_cells(states, range(150)) == 100


def test_that_a_state_that_went_on_otherwise_saves_up_to_its_checkpoint() -> None:
    states = states_in(None)
    states.put(state(range(100), 20, 60, 90))
    assert saved_cells(states, [*range(70), 500, 501]) == 60
    assert saved_cells(states, [*range(10), 500, 501]) == 0


def test_that_the_last_token_of_a_question_is_never_saved_reading() -> None:
    states = states_in(None)
    states.put(state(range(100), 60, 100))
    assert saved_cells(states, range(100)) == 60
    assert saved_cells(states, range(100), logits=False) == 100


def test_that_pictures_count_as_their_cells() -> None:
    states = states_in(None)
    states.put(state([1, PICTURE, 2]))
    assert saved_cells(states, [1, PICTURE, 2, 3]) == 18


def test_that_the_state_that_saves_most_is_found(tmp_path: Path) -> None:
    states = states_in(tmp_path, ram_bytes=0)
    states.put(state([*range(50), 999]))
    states.put(state([*range(30), 998], 30))
    states.put(state([*range(80), 997], 70))
    found = taken(states, range(100))
    assert found is not None
    assert found.units == (*range(80), 997)


def test_that_a_state_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    units = [1, PICTURE, *range(2, 40)]
    kept = state(units, 10, 20, 30)
    assert states_in(tmp_path).write(kept)
    found = taken(states_in(tmp_path), [*units, 500])
    assert found is not None
    assert found.units == kept.units
    assert np.array_equal(found.memory, kept.memory)
    for mark, expected in zip(found.checkpoints, kept.checkpoints, strict=True):
        assert (mark.length, mark.position) == (expected.length, expected.position)
        assert np.array_equal(mark.state, expected.state)


def test_that_a_state_of_another_fingerprint_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    states_in(tmp_path, fingerprint="theirs").write(state(range(100)))
    ours = states_in(tmp_path)
    assert saved_cells(ours, range(150)) == 0
    ours.write(state(range(120)))
    assert saved_cells(ours, range(150)) == 120
    assert saved_cells(states_in(tmp_path, fingerprint="theirs"), range(150)) == 100


class CountingStore(BlobStore):
    """Counts how often a header was read."""

    headers_read = 0

    def header(self, name: str) -> Mapping[str, Any] | None:
        self.headers_read += 1
        return super().header(name)


def test_that_headers_are_read_once_whoever_made_them(tmp_path: Path) -> None:
    states_in(tmp_path, fingerprint="theirs").write(state(range(100)))
    states_in(tmp_path, fingerprint="ours").write(state(range(50)))
    store = CountingStore(tmp_path, budget_bytes=MANY)
    ours = SavedStates(store, fingerprint="ours", ram_bytes=MANY)
    for _again in range(3):
        assert saved_cells(ours, range(150)) == 50
    assert store.headers_read == 2


def test_that_a_damaged_state_is_not_offered_twice(tmp_path: Path) -> None:
    states_in(tmp_path).write(state(range(100)))
    (path,) = tmp_path.glob("*.cache")
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    states = states_in(tmp_path)
    assert taken(states, range(150)) is None
    assert saved_cells(states, range(150)) == 0
    assert files_in(tmp_path) == 0


def test_that_what_ram_cannot_hold_goes_to_disk_the_oldest_first(tmp_path: Path) -> None:
    states = states_in(tmp_path, ram_bytes=2 * STATE_BYTES)
    for number in range(3):
        states.put(state([number, *range(50)]))
    assert files_in(tmp_path) == 1
    for number in range(3):
        assert saved_cells(states, [number, *range(60)]) == 51
    assert saved_cells(states_in(tmp_path), [0, *range(60)]) == 51


def test_that_without_a_disk_what_ram_cannot_hold_is_gone() -> None:
    states = states_in(None, ram_bytes=STATE_BYTES)
    states.put(state([1, *range(50)]))
    states.put(state([2, *range(50)]))
    assert saved_cells(states, [1, *range(60)]) == 0
    assert saved_cells(states, [2, *range(60)]) == 51


def test_that_the_end_writes_everything_once(tmp_path: Path) -> None:
    states = states_in(tmp_path)
    for number in range(3):
        states.put(state([number, *range(50)]))
    states.write_all()
    states.write_all()
    assert files_in(tmp_path) == 3


def test_that_a_state_gives_way_to_its_continuation(tmp_path: Path) -> None:
    states = states_in(tmp_path)
    states.write(state(range(50)))
    states.put(state(range(60)))
    states.write(state(range(70)))
    states.write_all()
    assert files_in(tmp_path) == 1
    assert saved_cells(states, range(100)) == 70


def test_that_a_state_and_its_beginning_put_later_can_both_be_written(tmp_path: Path) -> None:
    states = states_in(tmp_path)
    states.put(state(range(100), 90))
    states.put(state(range(50)))
    states.write_all()
    assert saved_cells(states_in(tmp_path), range(150)) == 100


def test_that_a_state_that_cannot_be_written_leaves_its_beginning(tmp_path: Path) -> None:
    states = states_in(tmp_path, disk_bytes=3 * STATE_BYTES)
    states.write(state(range(50)))
    large = SavedState(
        units=tuple(range(60)), memory=bytes_like(4 * STATE_BYTES, 1), checkpoints=()
    )
    assert not states.write(large)
    assert saved_cells(states, range(100)) == 50


def test_that_the_newest_checkpoints_are_kept() -> None:
    marks = state(range(100), 10, 20, 30, 40, 50).checkpoints
    assert [mark.length for mark in newest(marks, before=50)] == [30, 40]
    assert [mark.length for mark in newest(marks, before=60)] == [40, 50]
