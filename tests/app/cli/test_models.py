import io
import json
from pathlib import Path

import pytest
from helpers.installed import install

from app.cli.console import Console
from app.cli.models import ModelsArguments, run_models
from app.platform.paths import find_paths
from app.settings.settings import Settings, library_of, load_settings, save_settings
from runtime.models.installed_model import demo_model_files

DEMO = demo_model_files()


class Models:
    """A command with what it wrote."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()

    def run(self, *, as_json: bool = False, **options: object) -> int:
        arguments = ModelsArguments(
            delete=options.get("delete"),  # type: ignore[arg-type]
            quantisation=options.get("quantisation"),  # type: ignore[arg-type]
            file=options.get("file"),  # type: ignore[arg-type]
            projector=options.get("projector"),  # type: ignore[arg-type]
            in_place=bool(options.get("in_place")),
            folder=options.get("folder"),  # type: ignore[arg-type]
            as_json=as_json,
        )
        return run_models(arguments, Console(self.out, self.err))


@pytest.fixture
def models() -> Models:
    return Models()


def folder() -> Path:
    return find_paths().models


def test_that_an_empty_folder_says_what_to_do(models: Models) -> None:
    assert models.run() == 0
    assert "sideglance pull" in models.out.getvalue()


def test_that_models_are_listed(models: Models) -> None:
    install(folder(), ("Qwen3.5 4B", "Q4_K_M"))
    broken = install(folder(), ("Qwen3.5 2B", "Q8_0"))
    broken.files.model.unlink()
    assert models.run() == 0
    assert "Qwen3.5 4B Q4_K_M, 1 MB" in models.out.getvalue()
    assert "Qwen3.5 2B Q8_0, not usable." in models.out.getvalue()


def test_that_scripts_get_a_record(models: Models) -> None:
    installed = install(folder(), ("Qwen3.5 4B", "Q4_K_M"))
    assert models.run(as_json=True) == 0
    record = json.loads(models.out.getvalue())
    assert record["folder"] == str(folder())
    assert record["installed"][0]["model"] == str(installed.files.model)
    assert record["damaged"] == record["unfinished"] == []
    assert record["problem"] is None


def test_that_a_model_is_deleted_by_its_name(models: Models) -> None:
    install(folder(), ("Qwen3.5 4B", "Q4_K_M"))
    assert models.run(delete="4b") == 0
    assert models.out.getvalue() == "Qwen3.5 4B Q4_K_M was deleted.\n"
    assert library_of(Settings(), find_paths()).installed() == ()


def test_that_of_several_models_none_is_deleted_without_a_word(models: Models) -> None:
    install(folder(), ("Qwen3.5 4B", "Q4_K_M"))
    kept = install(folder(), ("Qwen3.5 4B", "Q8_0"))
    assert models.run(delete="4B") == 4
    assert "Q4_K_M, Q8_0" in models.err.getvalue()
    assert models.run(delete="4B", quantisation="Q4_K_M") == 0
    assert library_of(Settings(), find_paths()).installed() == (kept,)


def test_that_deleting_a_name_nobody_has_is_told(models: Models) -> None:
    assert models.run(delete="9B") == 4
    assert "There is no model called “9B”." in models.err.getvalue()


def test_that_a_file_is_imported_by_copy(models: Models) -> None:
    assert models.run(file=DEMO.model, projector=DEMO.projector) == 0
    assert models.out.getvalue().startswith("Sideglance demo Q8_0 is installed")
    (installed,) = library_of(Settings(), find_paths()).installed()
    assert installed.is_ours


def test_that_a_file_is_used_in_place(models: Models) -> None:
    assert models.run(file=DEMO.model, in_place=True) == 0
    (installed,) = library_of(Settings(), find_paths()).installed()
    assert installed.files.model == DEMO.model


def test_that_a_file_that_is_no_model_is_told(models: Models, tmp_path: Path) -> None:
    path = tmp_path / "letter.gguf"
    path.write_text("Dear all")
    assert models.run(file=path) == 4
    assert "“letter.gguf” is not a model." in models.err.getvalue()


def test_that_the_folder_moves_and_the_settings_with_it(models: Models, tmp_path: Path) -> None:
    installed = install(folder(), ("Qwen3.5 4B", "Q4_K_M"))
    settings = find_paths().settings
    save_settings(settings, Settings(model=str(installed.files.model), projector="/else/p.gguf"))
    target = tmp_path / "drive"
    assert models.run(folder=target) == 0
    now = load_settings(settings).settings
    assert now.models_folder == str(target)
    assert now.model is not None
    assert Path(now.model).is_file()
    assert now.projector == "/else/p.gguf"
    assert len(library_of(now, find_paths()).installed()) == 1


def test_that_a_removed_drive_is_told(models: Models, tmp_path: Path) -> None:
    gone = tmp_path / "stick"
    save_settings(find_paths().settings, Settings(models_folder=str(gone)))
    assert models.run() == 4
    assert "cannot be found. Your models are there: connect its drive" in models.out.getvalue()
    assert models.run(delete="4B") == 4
    assert not gone.exists()
