import hashlib
from pathlib import Path

import pytest
from helpers.full_disk import longest_file
from helpers.model_files import write_wider_projector

from runtime.models.installed_model import InstalledModel, demo_model_files
from runtime.models.library.import_model import import_model
from runtime.models.library.library import Library
from runtime.problems import FolderFailure, ModelFailure, Problem, Stopped

DEMO = demo_model_files()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "models")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A drive with a model and its projector."""
    folder = tmp_path / "USB-Stick ü"
    folder.mkdir()
    assert DEMO.projector is not None
    (folder / "Модель.gguf").write_bytes(DEMO.model.read_bytes())
    (folder / "mmproj.gguf").write_bytes(DEMO.projector.read_bytes())
    return folder


def test_that_a_copied_model_is_ours_with_its_projector(library: Library, stick: Path) -> None:
    steps: list[tuple[int, int]] = []
    installed = import_model(
        library,
        stick / "Модель.gguf",
        copies=True,
        on_progress=lambda done, total: steps.append((done, total)),
    )
    assert installed.is_ours
    assert installed.files.model.name == "Модель.gguf"
    assert library.folder in installed.files.model.parents
    assert _hash(installed.files.model) == _hash(DEMO.model)
    assert installed.files.projector is not None
    assert installed.name == "Sideglance demo"
    assert installed.quantisation == "Q8_0"
    assert library.installed() == (installed,)
    assert steps[-1][0] == steps[-1][1]
    for path in stick.iterdir():
        path.unlink()
    assert library.installed() == (installed,)


def test_that_a_model_in_place_stays_where_it_is(library: Library, stick: Path) -> None:
    installed = import_model(library, stick / "Модель.gguf", copies=False)
    assert not installed.is_ours
    assert installed.files.model == stick / "Модель.gguf"
    assert installed.files.projector == stick / "mmproj.gguf"
    assert library.installed() == (installed,)
    library.delete(installed)
    assert library.installed() == ()
    assert (stick / "Модель.gguf").exists()


def test_that_a_model_in_place_is_imported_once(library: Library, stick: Path) -> None:
    first = import_model(library, stick / "Модель.gguf", copies=False)
    assert import_model(library, stick / "Модель.gguf", copies=False) == first
    assert library.installed() == (first,)


def test_that_a_model_in_place_on_a_removed_drive_is_not_forgotten(
    library: Library, stick: Path, tmp_path: Path
) -> None:
    installed = import_model(library, stick / "Модель.gguf", copies=False)
    stick.rename(tmp_path / "pocket")
    assert library.installed() == ()
    assert [harm.problem for harm in library.look().damaged] == [Problem.MODEL_MISSING]
    (tmp_path / "pocket").rename(stick)
    assert library.installed() == (installed,)


def test_that_two_imports_of_the_same_name_stay_apart(library: Library, stick: Path) -> None:
    first = import_model(library, stick / "Модель.gguf", copies=True)
    second = import_model(library, stick / "Модель.gguf", copies=True)
    assert second.name == "Sideglance demo (2)"
    assert _names(library.installed()) == {first.name, second.name}


def test_that_a_projector_that_does_not_fit_is_not_paired(library: Library, stick: Path) -> None:
    (stick / "mmproj.gguf").unlink()
    write_wider_projector(stick / "mmproj-other.gguf")
    installed = import_model(library, stick / "Модель.gguf", copies=False)
    assert installed.files.projector is None


def test_that_of_several_projectors_the_one_named_alike_is_taken(
    library: Library, stick: Path
) -> None:
    named = stick / "mmproj-Модель.gguf"
    named.write_bytes((stick / "mmproj.gguf").read_bytes())
    (stick / "a-mmproj.gguf").write_bytes((stick / "mmproj.gguf").read_bytes())
    installed = import_model(library, stick / "Модель.gguf", copies=False)
    assert installed.files.projector == named


def test_that_a_named_projector_of_another_model_is_refused(library: Library, stick: Path) -> None:
    other = stick / "other.gguf"
    write_wider_projector(other)
    with pytest.raises(ModelFailure) as caught:
        import_model(library, stick / "Модель.gguf", copies=True, projector=other)
    assert caught.value.problem is Problem.PROJECTOR_MISMATCH
    assert library.installed() == ()


def test_that_a_projector_is_no_model(library: Library, stick: Path) -> None:
    with pytest.raises(ModelFailure) as caught:
        import_model(library, stick / "mmproj.gguf", copies=True)
    assert caught.value.problem is Problem.MODEL_IS_PROJECTOR


def test_that_a_truncated_model_is_refused(library: Library, stick: Path) -> None:
    path = stick / "Модель.gguf"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelFailure) as caught:
        import_model(library, path, copies=True)
    assert caught.value.problem is Problem.MODEL_TRUNCATED


def test_that_a_stopped_import_leaves_nothing(library: Library, stick: Path) -> None:
    with pytest.raises(Stopped):
        import_model(library, stick / "Модель.gguf", copies=True, is_stopped=lambda: True)
    assert _models(library) == []


def test_that_an_import_that_fails_half_way_leaves_nothing(library: Library, stick: Path) -> None:
    library.prepare()
    with longest_file(100_000), pytest.raises(FolderFailure) as caught:
        import_model(library, stick / "Модель.gguf", copies=True)
    assert caught.value.problem is Problem.MODELS_DRIVE_LIMIT
    assert _models(library) == []


def _models(library: Library) -> list[str]:
    return [path.name for path in library.folder.iterdir() if path.name.startswith((".new", "S"))]


def _names(models: tuple[InstalledModel, ...]) -> set[str]:
    return {model.name for model in models}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
