import hashlib
import os
from pathlib import Path

import pytest

from app.chat.storage.attachment_files import AttachmentFiles
from runtime.problems import FileFailure, Problem

LONG_AGO = (0, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "chats"


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_that_a_copy_is_named_by_its_content(tmp_path: Path, folder: Path) -> None:
    kept = AttachmentFiles(folder).keep(write(tmp_path / "Photo.PNG", b"content"))
    digest = hashlib.sha256(b"content").hexdigest()
    assert kept.path == folder / "attachments" / digest[:2] / f"{digest}.png"
    assert kept.path.read_bytes() == b"content"
    assert kept.thumbnail.parent.is_dir()


def test_that_the_copy_stays_when_the_original_changes(tmp_path: Path, folder: Path) -> None:
    source = write(tmp_path / "a.png", b"before")
    kept = AttachmentFiles(folder).keep(source)
    source.write_bytes(b"after")
    assert kept.path.read_bytes() == b"before"


def test_that_one_content_is_kept_once_whatever_it_is_called(tmp_path: Path, folder: Path) -> None:
    files = AttachmentFiles(folder)
    first = files.keep(write(tmp_path / "a.png", b"same"))
    second = files.keep(write(tmp_path / "b.jpeg", b"same"))
    assert first == second
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1


def test_that_a_copy_that_was_cut_off_is_replaced(tmp_path: Path, folder: Path) -> None:
    files = AttachmentFiles(folder)
    source = write(tmp_path / "a.png", b"content")
    files.keep(source).path.write_bytes(b"con")
    assert files.keep(source).path.read_bytes() == b"content"


@pytest.mark.parametrize("name", ["noending", "a.", "a.p n", "a.verylongsuffix", "a.ü", ".png"])
def test_that_an_odd_ending_is_left_out(tmp_path: Path, folder: Path, name: str) -> None:
    kept = AttachmentFiles(folder).keep(write(tmp_path / name, b"content"))
    assert kept.path.suffix == ""


def test_that_a_missing_file_is_a_problem(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(FileFailure) as caught:
        AttachmentFiles(folder).keep(tmp_path / "gone.png")
    assert (caught.value.problem, caught.value.detail) == (Problem.FILE_MISSING, "gone.png")


def test_that_a_sweep_takes_only_old_files_that_nothing_names(tmp_path: Path, folder: Path) -> None:
    files = AttachmentFiles(folder)
    wanted, young, old = (
        files.keep(write(tmp_path / f"{name}.png", name.encode()))
        for name in ("wanted", "young", "old")
    )
    old.thumbnail.write_bytes(b"small")
    half = folder / "attachments" / "new" / ".new-crashed.png"
    half.write_bytes(b"half")
    for path in (wanted.path, old.path, old.thumbnail, half):
        os.utime(path, LONG_AGO)
    assert files.sweep({wanted.digest}) == 3
    assert wanted.path.exists()
    assert young.path.exists()
    assert not old.path.exists()
    assert not old.thumbnail.exists()


def test_that_giving_an_old_file_again_saves_it_from_the_sweep(
    tmp_path: Path, folder: Path
) -> None:
    files = AttachmentFiles(folder)
    source = write(tmp_path / "a.png", b"content")
    os.utime(files.keep(source).path, LONG_AGO)
    kept = files.keep(source)
    files.sweep(set())
    assert kept.path.exists()
