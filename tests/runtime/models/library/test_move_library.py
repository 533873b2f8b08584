import errno
import os
from pathlib import Path

import pytest
from helpers.installed import install

from runtime.models.library.library import Library
from runtime.models.library.move_library import move_library
from runtime.problems import DownloadFailure, FolderFailure, Problem, Stopped

KEYS = [("Qwen3.5 4B", "Q4_K_M"), ("Qwen3.5 2B", "Q8_0")]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    for key in KEYS:
        install(tmp_path / "old", key)
    return Library(tmp_path / "old")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "drive" / "моё"


@pytest.fixture
def _other_drive(monkeypatch: pytest.MonkeyPatch, library: Library) -> None:
    """Let the old folder be on another drive than anything else, as far as renaming goes."""
    rename = os.rename

    def refusing(source: Path, target: Path) -> None:
        if Path(source) == library.folder:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr("os.rename", refusing)


def names(library: Library) -> set[tuple[str, str]]:
    return {(model.name, model.quantisation) for model in library.installed()}


def test_that_all_models_move_on_the_same_drive(library: Library, target: Path) -> None:
    switched: list[Path] = []
    moved = move_library(library, target, switch=switched.append)
    assert names(moved) == set(KEYS)
    assert switched == [target]
    assert not library.folder.exists()


@pytest.mark.usefixtures("_other_drive")
def test_that_all_models_are_copied_to_another_drive(library: Library, target: Path) -> None:
    steps: list[tuple[int, int]] = []
    switched: list[set[tuple[str, str]]] = []

    def switch(folder: Path) -> None:
        # Now both are whole.
        switched.append(names(Library(folder, is_chosen=True)) & names(library))

    moved = move_library(
        library, target, switch=switch, on_progress=lambda *step: steps.append(step)
    )
    assert names(moved) == set(KEYS)
    assert switched == [set(KEYS)]
    assert names(library) == set()
    assert steps[-1][0] == steps[-1][1]


@pytest.mark.usefixtures("_other_drive")
@pytest.mark.parametrize("steps", [1, 3, 6, 7])
def test_that_a_stopped_move_leaves_the_old_place_whole(
    library: Library, target: Path, steps: int
) -> None:
    left = [True] * steps

    with pytest.raises(Stopped):
        move_library(
            library,
            target,
            switch=lambda _folder: pytest.fail("it was stopped"),
            is_stopped=lambda: not left or not left.pop(),
        )
    assert names(library) == set(KEYS)
    assert not target.exists()


def test_that_a_switch_that_fails_leaves_the_old_place_whole(
    library: Library, target: Path
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space")

    with pytest.raises(OSError, match="No space"):
        move_library(library, target, switch=fail)
    assert names(library) == set(KEYS)


@pytest.mark.usefixtures("_other_drive")
def test_that_what_a_killed_move_left_is_in_nobodys_way(library: Library, target: Path) -> None:
    (target / ".arriving" / "Qwen3.5 4B Q4_K_M").mkdir(parents=True)
    assert names(move_library(library, target, switch=lambda _folder: None)) == set(KEYS)
    assert not (target / ".arriving").exists()


@pytest.mark.usefixtures("_other_drive")
def test_that_a_model_that_went_bad_is_noticed_when_it_is_copied(
    library: Library, target: Path
) -> None:
    harmed = library.installed()[0].files.model
    status = harmed.stat()
    harmed.write_bytes(harmed.read_bytes()[:-1] + b"x")
    os.utime(harmed, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert names(library) == set(KEYS)
    look = move_library(library, target, switch=lambda _folder: None).look()
    assert len(look.installed) == 1
    assert [harm.problem for harm in look.damaged] == [Problem.MODEL_CHANGED]


@pytest.mark.parametrize("place", [".", "inside", ".."])
def test_that_a_folder_cannot_move_into_itself(library: Library, place: str) -> None:
    with pytest.raises(FolderFailure) as caught:
        move_library(library, library.folder / place, switch=lambda _folder: None)
    assert caught.value.problem is Problem.MODELS_FOLDER_TAKEN
    assert names(library) == set(KEYS)


def test_that_a_folder_with_other_things_is_not_taken(library: Library, target: Path) -> None:
    target.mkdir(parents=True)
    (target / "letter.txt").write_text("mine")
    with pytest.raises(FolderFailure) as caught:
        move_library(library, target, switch=lambda _folder: None)
    assert caught.value.problem is Problem.MODELS_FOLDER_TAKEN


def test_that_the_users_own_files_stay(library: Library, target: Path) -> None:
    mine = library.folder / "holiday"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine")
    moved = move_library(library, target, switch=lambda _folder: None)
    assert names(moved) == set(KEYS)
    assert (mine / "letter.txt").exists()
    assert not (target / "holiday").exists()


def test_that_nothing_moves_while_something_is_downloaded(library: Library, target: Path) -> None:
    with (
        library.locked(library.folder_for(*KEYS[0]), "Qwen3.5 4B"),
        pytest.raises(DownloadFailure) as caught,
    ):
        move_library(library, target, switch=lambda _folder: None)
    assert caught.value.problem is Problem.DOWNLOAD_RUNNING
    assert names(library) == set(KEYS)


def test_that_a_folder_on_a_removed_drive_cannot_be_moved(tmp_path: Path, target: Path) -> None:
    gone = Library(tmp_path / "gone", is_chosen=True)
    with pytest.raises(FolderFailure) as caught:
        move_library(gone, target, switch=lambda _folder: None)
    assert caught.value.problem is Problem.MODELS_FOLDER_GONE
