import os
from pathlib import Path

import pytest

from app.engine.engine_cache import Cleared, bytes_used, clear
from app.notifications.formatting import size_in_words
from app.notifications.messages import cache_cleared
from app.notifications.notification import NotificationKind
from runtime.engine.blob_store import BlobStore, name_of

# Larger than any process id can be.
_NOBODY = 999_999_999


def keep(folder: Path, name: str, size: int, number: int = 1) -> Path:
    path = folder / name / f"{number:012d}-{number:064x}.cache"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


def test_that_states_and_embeddings_are_counted_together(tmp_path: Path) -> None:
    keep(tmp_path, "states", 300)
    keep(tmp_path, "states", 20, number=2)
    keep(tmp_path, "embeddings", 1)
    assert bytes_used(tmp_path) == 321


def test_that_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert bytes_used(tmp_path / "none") == 0
    assert clear(tmp_path / "none") == Cleared()


def test_that_what_the_engine_keeps_is_counted_and_cleared(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "states", budget_bytes=1 << 20)
    assert store.save(name_of("a"), {}, [])
    used = bytes_used(tmp_path)
    assert used > 0
    assert clear(tmp_path) == Cleared(freed_bytes=used)
    assert store.names() == []
    assert store.load(name_of("a")) is None
    assert store.save(name_of("a"), {}, [])


def test_that_nothing_else_is_touched(tmp_path: Path) -> None:
    keep(tmp_path, "states", 3)
    others = [
        tmp_path / "paces-0123.json",
        tmp_path / "states" / "mine.txt",
        tmp_path / "000000000001-" / "x",
    ]
    for other in others:
        other.parent.mkdir(exist_ok=True)
        other.write_text("mine")
    clear(tmp_path)
    assert all(other.exists() for other in others)
    assert bytes_used(tmp_path) == 0


def test_that_a_file_being_written_stays_and_an_abandoned_one_goes(tmp_path: Path) -> None:
    folder = tmp_path / "states"
    folder.mkdir()
    living = folder / f"{os.getpid()}-{1:064x}.part"
    dead = folder / f"{_NOBODY}-{2:064x}.part"
    living.write_bytes(bytes(5))
    dead.write_bytes(bytes(7))
    assert clear(tmp_path) == Cleared(freed_bytes=7)
    assert living.exists()
    assert not dead.exists()


def test_that_a_file_that_cannot_be_deleted_is_counted_and_the_rest_goes(tmp_path: Path) -> None:
    keep(tmp_path, "embeddings", 5)
    # A folder of the same name cannot be unlinked on any system, whoever runs the test.
    stuck = tmp_path / "states" / f"{3:012d}-{3:064x}.cache"
    stuck.mkdir(parents=True)
    assert clear(tmp_path) == Cleared(freed_bytes=5, left=1)
    assert stuck.exists()


def test_that_a_file_that_went_by_itself_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = keep(tmp_path, "states", 5)
    delete = Path.unlink

    def after_the_engine(path: Path, missing_ok: bool = False) -> None:
        os.remove(path)
        delete(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", after_the_engine)
    assert clear(tmp_path) == Cleared()
    assert not gone.exists()


def test_that_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    (tmp_path / "states").write_text("not a folder")
    keep(tmp_path, "embeddings", 5)
    assert bytes_used(tmp_path) == 5
    assert clear(tmp_path) == Cleared(freed_bytes=5, left=1)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 MB"),
        (1, "1 MB"),
        (3 << 20, "3 MB"),
        ((1 << 30) - 1, "1.0 GB"),
        (1 << 30, "1.0 GB"),
        (5 << 28, "1.2 GB"),
    ],
)
def test_that_sizes_are_said_in_the_units_of_the_budget(size: int, words: str) -> None:
    assert size_in_words(size) == words


def test_that_what_was_freed_is_said() -> None:
    notification = cache_cleared(3 << 20, 0)
    assert (notification.title, notification.kind) == ("3 MB freed.", NotificationKind.INFO)


@pytest.mark.parametrize(("left", "files"), [(1, "1 file"), (2, "2 files")])
def test_that_what_could_not_be_deleted_is_said(left: int, files: str) -> None:
    notification = cache_cleared(3 << 20, left)
    assert notification.title == f"3 MB freed, but {files} could not be deleted."
    assert notification.kind is NotificationKind.WARNING
