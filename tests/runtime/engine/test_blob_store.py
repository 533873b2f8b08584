"""Kept files: whole or gone, never more than the budget, the least recently used first."""

import json
import multiprocessing
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from helpers.full_disk import longest_file
from helpers.kept_blobs import hammer, is_right, name, put
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engine.blob_store import BlobStore

MANY = 1 << 20
NOBODY = 65534
# Disks are slow at times, and every save waits for them.
patiently = settings(deadline=None)


def open_store(folder: Path, budget_bytes: int = MANY) -> BlobStore:
    return BlobStore(folder / "kept", budget_bytes=budget_bytes)


def cache_files(folder: Path) -> list[Path]:
    return sorted((folder / "kept").iterdir()) if (folder / "kept").exists() else []


def kept_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in cache_files(folder))


def present(store: BlobStore) -> set[int]:
    return {number for number in range(100) if name(number) in store.names()}


@contextmanager
def one_kept_blob() -> Iterator[tuple[BlobStore, Path]]:
    """A store with blob 1, and the blob's file."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        assert put(store, 1, 1000)
        (path,) = cache_files(Path(folder))
        yield store, path


def assert_refused(store: BlobStore, path: Path) -> None:
    assert store.load(name(1)) is None
    assert not path.exists()
    assert store.names() == []


def test_that_a_blob_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert put(store, 1, 1000)
    for again in (store, open_store(tmp_path)):
        blob = again.load(name(1))
        assert blob is not None
        assert is_right(blob, 1)
        assert again.header(name(1)) == blob.header


def test_that_what_was_never_saved_is_not_there(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert (store.names(), store.load(name(1)), store.header(name(1))) == ([], None, None)
    store.delete(name(1))
    assert not (tmp_path / "kept").exists()


@patiently
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_that_any_flipped_bit_costs_the_blob(place: float, bit: int) -> None:
    with one_kept_blob() as (store, path):
        data = bytearray(path.read_bytes())
        data[int(place * len(data))] ^= 1 << bit
        path.write_bytes(data)
        assert_refused(store, path)


def test_that_every_single_flipped_byte_costs_the_blob(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store, 1, 60)
    (path,) = cache_files(tmp_path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        assert_refused(store, path)


@patiently
@given(part=st.floats(0, 1, exclude_max=True))
def test_that_a_blob_cut_off_anywhere_is_refused(part: float) -> None:
    with one_kept_blob() as (store, path):
        os.truncate(path, int(part * path.stat().st_size))
        assert_refused(store, path)


@patiently
@given(more=st.binary(min_size=1, max_size=5000))
def test_that_a_blob_with_bytes_behind_it_is_refused(more: bytes) -> None:
    with one_kept_blob() as (store, path):
        path.write_bytes(path.read_bytes() + more)
        assert_refused(store, path)


@patiently
@given(content=st.binary(max_size=200))
def test_that_a_foreign_file_under_our_name_is_refused(content: bytes) -> None:
    with one_kept_blob() as (store, path):
        path.write_bytes(content)
        assert_refused(store, path)


@pytest.mark.parametrize("length", [65 << 20, 1 << 40, (1 << 64) - 1])
def test_that_a_header_of_forged_length_is_not_read(length: int) -> None:
    with one_kept_blob() as (store, path):
        data = path.read_bytes()
        path.write_bytes(data[:8] + struct.pack("<Q", length) + data[16:])
        assert_refused(store, path)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"not JSON",
        b"[]",
        b"null",
        b"{}",
        b'{"facts": {}}',
        b'{"facts": {}, "sizes": 5, "digest": ""}',
        b'{"facts": {}, "sizes": ["x"], "digest": ""}',
        b'{"facts": {}, "sizes": [-1], "digest": ""}',
        b'{"facts": {}, "sizes": [1.5], "digest": ""}',
        b'{"facts": {}, "sizes": [1152921504606846976], "digest": ""}',
        b'{"facts": {}, "sizes": [1e300], "digest": ""}',
        b'{"facts": {}, "sizes": [1180591620717411303424], "digest": ""}',
        b"[" * 100_000,
    ],
)
def test_that_a_checksummed_header_of_another_making_is_refused(header: bytes) -> None:
    with one_kept_blob() as (store, path):
        checksum = blake2b(header, digest_size=32).digest()
        start = b"SGCACHE1" + struct.pack("<Q", len(header)) + header + checksum
        path.write_bytes(start + b"payload")
        assert_refused(store, path)


def test_that_a_refused_header_deletes_the_file_too() -> None:
    with one_kept_blob() as (store, path):
        path.write_bytes(b"SGCACHE2" + path.read_bytes()[8:])
        assert store.header(name(1)) is None
        assert not path.exists()


def test_that_files_of_other_names_are_left_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path, 2000)
    put(store, 1, 1000)
    others = ["holiday.jpg", "000000000001-short.cache", "x.part", ".hidden", "1-2.part"]
    for other in others:
        (tmp_path / "kept" / other).write_bytes(b"mine" * 1000)
    store = open_store(tmp_path, 2000)
    for number in range(2, 6):
        assert put(store, number, 1000)
    assert {path.name for path in cache_files(tmp_path)} >= set(others)
    assert present(store) == {5}


def test_that_a_folder_under_a_blobs_name_is_never_trusted(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    (tmp_path / "kept" / f"{1:012d}-{name(1)}.cache").mkdir(parents=True)
    assert store.load(name(1)) is None
    assert put(store, 2, 1000)
    assert store.load(name(2))


def test_that_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    store = open_store(tmp_path, 4100)
    for number in (1, 2, 3):
        put(store, number, 1000)
    assert store.load(name(1))
    assert put(store, 4, 1000)
    assert present(store) == {1, 3, 4}
    assert store.names() == [name(4), name(1), name(3)]


def test_that_looking_at_a_header_is_no_use(tmp_path: Path) -> None:
    store = open_store(tmp_path, 4100)
    for number in (1, 2, 3):
        put(store, number, 1000)
    assert store.header(name(1))
    put(store, 4, 1000)
    assert present(store) == {2, 3, 4}


def test_that_a_clock_set_back_changes_no_order(tmp_path: Path) -> None:
    store = open_store(tmp_path, 4100)
    for number in (1, 2, 3):
        put(store, number, 1000)
    for age, path in enumerate(cache_files(tmp_path)):
        # The newest by name looks the oldest by clock; one comes from the future.
        os.utime(path, ns=(0, 0) if age else (1 << 62, 1 << 62))
    store = open_store(tmp_path, 4100)
    put(store, 4, 1000)
    assert present(store) == {2, 3, 4}


def test_that_the_order_of_use_outlives_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path, 4100)
    for number in (1, 2, 3):
        put(store, number, 1000)
    store.load(name(1))
    store = open_store(tmp_path, 4100)
    assert store.names() == [name(1), name(3), name(2)]
    put(store, 4, 1000)
    assert store.names() == [name(4), name(1), name(3)]


Operations = list[tuple[str, int, int]]


@patiently
@given(
    operations=st.lists(
        st.tuples(
            st.sampled_from(["save", "save", "load", "delete", "reopen"]),
            st.integers(0, 9),
            st.integers(1, 3000),
        ),
        max_size=30,
    )
)
def test_that_the_budget_holds_and_only_the_oldest_go(operations: Operations) -> None:
    budget = 5000
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), budget)
        used: list[int] = []
        for what, number, size in operations:
            if what == "reopen":
                store = open_store(Path(folder), budget)
            elif what == "load":
                blob = store.load(name(number))
                assert (blob is not None) == (number in used)
                if blob is not None:
                    assert is_right(blob, number)
                    used = [*(other for other in used if other != number), number]
            else:
                store.delete(name(number))
                used = [other for other in used if other != number]
                if what == "save":
                    assert put(store, number, size)
                    # Only the beginning of the order of use is missing.
                    left = [other for other in used if other in present(store)]
                    assert left == used[len(used) - len(left) :]
                    used = [*left, number]
            assert [name(number) for number in reversed(used)] == store.names()
            assert kept_bytes(Path(folder)) <= budget


def test_that_saving_evicts_no_more_than_it_must(tmp_path: Path) -> None:
    store = open_store(tmp_path, 6000)
    for number in range(4):
        put(store, number, 1000)
    put(store, 5, 2000)
    assert present(store) >= {1, 2, 3, 5}


def test_that_more_than_the_budget_is_refused_and_evicts_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path, 3000)
    put(store, 1, 1000)
    assert not put(store, 2, 3001)
    assert present(store) == {1}


def test_that_a_header_counts_towards_the_budget(tmp_path: Path) -> None:
    store = open_store(tmp_path, 3000)
    assert not put(store, 1, 3000)
    assert cache_files(tmp_path) == []


def test_that_a_budget_made_smaller_holds_from_the_next_save(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for number in range(5):
        put(store, number, 1000)
    store = open_store(tmp_path, 2700)
    put(store, 6, 1000)
    assert present(store) == {4, 6}


def test_that_saving_a_name_again_replaces_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store, 1, 1000)
    put(store, 1, 500, version=1)
    assert len(cache_files(tmp_path)) == 1
    blob = store.load(name(1))
    assert blob is not None
    assert blob.header["version"] == 1


def dead_process_id() -> int:
    process = multiprocessing.get_context("spawn").Process()
    process.start()
    process.join()
    assert process.pid is not None
    return process.pid


def test_that_parts_of_the_dead_are_swept_and_of_the_living_kept(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    dead = folder / f"{dead_process_id()}-{name(1)}.part"
    living = folder / f"{os.getppid()}-{name(2)}.part"
    for part in (dead, living):
        part.write_bytes(b"half")
    store = open_store(tmp_path)
    assert cache_files(tmp_path) == [living]
    assert store.names() == []


def test_that_nearly_full_disks_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    monkeypatch.setattr(psutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 30))
    assert not put(store, 1, 1000)
    assert cache_files(tmp_path) == []


@pytest.mark.parametrize("size", [0, 5, 100, 1000])
def test_that_a_disk_full_while_writing_leaves_nothing_behind(tmp_path: Path, size: int) -> None:
    store = open_store(tmp_path)
    put(store, 1, 500)
    with longest_file(size):
        assert not put(store, 2, 100_000)
    assert present(store) == {1}
    assert len(cache_files(tmp_path)) == 1
    assert put(store, 2, 100_000)


def test_that_a_failed_replacement_keeps_what_was_there(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    put(store, 1, 500)
    with longest_file(1000):
        assert not put(store, 1, 100_000, version=1)
    blob = store.load(name(1))
    assert blob is not None
    assert is_right(blob, 1)


def test_that_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"a file where the folder should be")
    store = open_store(tmp_path)
    assert not put(store, 1, 1000)
    store = BlobStore(tmp_path / "kept" / "deeper", budget_bytes=MANY)
    assert not put(store, 1, 1000)
    assert (store.names(), store.load(name(1)), store.header(name(1))) == ([], None, None)
    store.delete(name(1))


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder with blob 1 in it, in which nothing can be changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        put(open_store(path), 1, 1000)
        path.chmod(0o755)
        (path / "kept").chmod(0o555)
        user = os.geteuid()
        if user == 0:
            # Permissions do not bind root.
            os.seteuid(NOBODY)
        try:
            yield path
        finally:
            os.seteuid(user)
            (path / "kept").chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions of POSIX")
def test_that_a_read_only_folder_is_read_and_not_written(read_only: Path) -> None:
    store = open_store(read_only)
    for _again in range(2):
        blob = store.load(name(1))
        assert blob is not None
        assert is_right(blob, 1)
    assert not put(store, 2, 1000)
    store.delete(name(1))
    assert present(store) == {1}


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions of POSIX")
def test_that_a_damaged_blob_that_cannot_be_deleted_is_still_refused(read_only: Path) -> None:
    (path,) = cache_files(read_only)
    user = os.geteuid()
    os.seteuid(os.getuid())
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    os.seteuid(user)
    store = open_store(read_only)
    assert store.load(name(1)) is None
    assert store.load(name(1)) is None


@pytest.mark.parametrize("budget_bytes", [30_000, 1 << 20])
def test_that_two_programs_on_one_folder_never_read_a_wrong_byte(
    tmp_path: Path, budget_bytes: int
) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=hammer, args=(tmp_path / "kept", budget_bytes, seed, 600))
        for seed in (1, 2)
    ]
    for process in processes:
        process.start()
    hammer(tmp_path / "kept", budget_bytes, 3, 300)
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    store = open_store(tmp_path, budget_bytes)
    assert not [path for path in cache_files(tmp_path) if path.suffix == ".part"]
    for number in present(store):
        blob = store.load(name(number))
        assert blob is not None
        assert is_right(blob, number)


def test_that_facts_survive_as_json_knows_them(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    facts = {"text": "ümläut \u2028", "numbers": [1, 2.5, None], "deep": {"yes": True}}
    store.save(name(1), facts, [])
    blob = store.load(name(1))
    assert blob is not None
    assert blob.header == json.loads(json.dumps(facts))
    assert blob.payloads == ()
