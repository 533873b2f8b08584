import json
import os
from pathlib import Path

import pytest
from helpers.installed import install

from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library, make_models_folder
from runtime.models.library.manifest import MANIFEST_NAME, is_same_time
from runtime.models.library.unfinished_downloads import DownloadNote, FileNote, write_note
from runtime.problems import DownloadFailure, FolderFailure, Problem
from runtime.requests import ModelFiles

KEY = ("Qwen3.5 4B", "Q4_K_M")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Modelle 模型"


def test_that_a_folder_that_is_not_there_yet_is_an_empty_library(folder: Path) -> None:
    look = Library(folder).look()
    assert look.installed == ()
    assert look.problem is None
    assert not folder.exists()


def test_that_an_installed_model_is_found_by_its_name(folder: Path) -> None:
    installed = install(folder, KEY)
    assert Library(folder).installed() == (installed,)
    assert Library(folder).find(*KEY) == installed
    assert Library(folder).find("Qwen3.5 4B", "Q8_0") is None


def test_that_a_missing_file_is_reported_and_not_offered(folder: Path) -> None:
    installed = install(folder, KEY)
    installed.files.model.unlink()
    look = Library(folder).look()
    assert look.installed == ()
    assert [harm.problem for harm in look.damaged] == [Problem.MODEL_MISSING]


@pytest.mark.parametrize("shift_s", [0, 60])
def test_that_a_changed_file_is_reported_and_not_offered(folder: Path, shift_s: int) -> None:
    installed = install(folder, KEY)
    path = installed.files.model
    status = path.stat()
    path.write_bytes(path.read_bytes() + (b"" if shift_s else b"x"))
    os.utime(path, (status.st_atime, status.st_mtime + shift_s))
    look = Library(folder).look()
    assert look.installed == ()
    assert [harm.problem for harm in look.damaged] == [Problem.MODEL_CHANGED]


@pytest.mark.parametrize(
    ("difference", "same"),
    [(0, True), (2, True), (-1.5, True), (3600, True), (-7201, True), (30, False), (90_000, False)],
)
def test_that_the_clock_of_a_usb_stick_changes_no_model(difference: float, same: bool) -> None:
    assert is_same_time(1e9, 1e9 + difference) is same


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{" * 100_000,
        b'{"format": 1}',
        b'{"format": 1, "name": "a", "quantisation": "b", "verified": "c", "model": {},'
        b' "projector": null}',
        b'{"format": 1, "name": "a", "quantisation": "b", "verified": "c", "projector": null,'
        b' "model": {"path": "../../x", "size_bytes": 1, "modified_s": 1, "sha256": null}}',
    ],
)
def test_that_a_damaged_manifest_is_no_model(folder: Path, content: bytes) -> None:
    install(folder, KEY)
    place = Library(folder).folder_for(*KEY)
    (place / MANIFEST_NAME).write_bytes(content)
    assert Library(folder).installed() == ()


def test_that_a_deleted_model_is_gone_with_its_files(folder: Path) -> None:
    installed = install(folder, KEY)
    other = install(folder, ("Qwen3.5 2B", "Q8_0"))
    Library(folder).delete(installed)
    assert Library(folder).installed() == (other,)
    assert not installed.files.model.exists()
    assert [path.name for path in folder.glob(".deleted*")] == []


def test_that_a_damaged_model_can_be_deleted(folder: Path) -> None:
    installed = install(folder, KEY)
    installed.files.model.unlink()
    (harm,) = Library(folder).look().damaged
    Library(folder).delete(harm)
    assert Library(folder).look().damaged == ()


def test_that_deleting_what_was_never_ours_deletes_nothing(folder: Path, tmp_path: Path) -> None:
    install(folder, KEY)
    theirs = tmp_path / "theirs.gguf"
    theirs.write_bytes(b"GGUF")
    stranger = InstalledModel(
        name="x", quantisation="y", files=ModelFiles(model=theirs), size_bytes=4
    )
    Library(folder).delete(stranger)
    assert theirs.exists()
    assert len(Library(folder).installed()) == 1


def test_that_a_download_that_stands_still_is_listed(folder: Path) -> None:
    library = Library(folder)
    library.prepare()
    place = library.folder_for(*KEY)
    place.mkdir()
    (place / "model.gguf.part").write_bytes(b"1234")
    note = DownloadNote(
        name=KEY[0],
        quantisation=KEY[1],
        repository="a/b",
        revision="c",
        files=(FileNote(name="model.gguf", size_bytes=10, sha256=None),),
    )
    write_note(place, note)
    (left,) = library.unfinished()
    assert (left.name, left.quantisation) == KEY
    assert (left.done_bytes, left.total_bytes) == (4, 10)
    with library.locked(place, KEY[0]), pytest.raises(DownloadFailure) as caught:
        library.delete(left)
    assert caught.value.problem is Problem.DOWNLOAD_RUNNING
    library.delete(left)
    assert library.unfinished() == ()


def test_that_a_removed_drive_is_told_and_forgets_nothing(folder: Path, tmp_path: Path) -> None:
    installed = install(folder, KEY)
    elsewhere = tmp_path / "in the pocket"
    folder.rename(elsewhere)
    library = Library(folder, is_chosen=True)
    look = library.look()
    assert look.problem is Problem.MODELS_FOLDER_GONE
    assert look.detail == str(folder)
    assert look.installed == ()
    with pytest.raises(FolderFailure):
        library.prepare()
    assert not folder.exists()
    elsewhere.rename(folder)
    assert library.installed() == (installed,)


def test_that_the_empty_folder_a_drive_leaves_behind_is_not_the_library(folder: Path) -> None:
    folder.mkdir()
    assert Library(folder, is_chosen=True).look().problem is Problem.MODELS_FOLDER_GONE
    make_models_folder(folder)
    assert Library(folder, is_chosen=True).look().problem is None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden here")
def test_that_a_folder_that_cannot_be_written_to_is_told(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o500)
    with pytest.raises(FolderFailure) as caught:
        Library(folder).prepare()
    assert caught.value.problem is Problem.MODELS_FOLDER_UNWRITABLE


def test_that_a_file_in_the_place_of_the_folder_is_told(folder: Path) -> None:
    folder.write_bytes(b"")
    with pytest.raises(FolderFailure):
        Library(folder).prepare()
    assert Library(folder).look().problem is not None


def test_that_what_a_dead_program_left_is_swept(folder: Path) -> None:
    install(folder, KEY)
    (folder / ".deleted-1-x").mkdir()
    (folder / ".new-999999999-x").mkdir()
    (folder / f".new-{os.getpid()}-x").mkdir()
    Library(folder).prepare()
    left = {path.name for path in folder.iterdir() if path.name.startswith((".new", ".del"))}
    assert left == {f".new-{os.getpid()}-x"}


def test_that_the_users_own_folders_are_left_alone(folder: Path) -> None:
    (folder / "holiday").mkdir(parents=True)
    (folder / "holiday" / "model.txt").write_text("mine")
    library = Library(folder)
    library.prepare()
    assert library.own_folders() == []
    assert library.look().installed == ()


def test_that_a_manifest_says_when_and_by_what_hash_it_was_verified(folder: Path) -> None:
    install(folder, KEY)
    said = json.loads((Library(folder).folder_for(*KEY) / MANIFEST_NAME).read_bytes())
    assert said["model"]["sha256"]
    assert said["verified"]
