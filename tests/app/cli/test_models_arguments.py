from pathlib import Path

import pytest

from app.cli.arguments import parse
from app.cli.models import ModelsArguments
from app.cli.pull import PullArguments


def test_that_a_bare_pull_leaves_the_rest_to_the_settings() -> None:
    assert parse(["pull", "4B"]) == PullArguments(
        model="4B", quantisation=None, endpoint=None, proxy=None, as_json=False
    )


def test_that_a_pull_without_a_name_leaves_the_choice_to_us() -> None:
    parsed = parse(["pull"])
    assert isinstance(parsed, PullArguments)
    assert (parsed.model, parsed.quantisation) == (None, None)


def test_that_a_pull_takes_all_its_options() -> None:
    words = "pull 4B --quantisation Q8_0 --endpoint http://a --proxy http://b --json"
    assert parse(words.split()) == PullArguments(
        model="4B", quantisation="Q8_0", endpoint="http://a", proxy="http://b", as_json=True
    )


def test_that_models_are_listed_without_any_option() -> None:
    assert parse(["models"]) == ModelsArguments(
        delete=None,
        quantisation=None,
        file=None,
        projector=None,
        in_place=False,
        folder=None,
        as_json=False,
    )


def test_that_a_model_is_imported_with_its_projector() -> None:
    parsed = parse(["models", "--import", "a.gguf", "--projector", "b.gguf", "--in-place"])
    assert isinstance(parsed, ModelsArguments)
    assert (parsed.file, parsed.projector) == (Path("a.gguf"), Path("b.gguf"))
    assert parsed.in_place


@pytest.mark.parametrize(
    "words",
    [
        ["pull", "--quantisation", "Q8_0"],
        ["models", "--delete", "4B", "--move", "a"],
        ["models", "--in-place"],
        ["models", "--projector", "b.gguf"],
        ["models", "--quantisation", "Q8_0"],
    ],
)
def test_that_what_makes_no_sense_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
