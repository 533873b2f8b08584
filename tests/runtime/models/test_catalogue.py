from pathlib import Path
from statistics import mean

import pytest
from helpers.project import ROOT

from runtime.models.catalogue import CatalogueModel, load_catalogue
from runtime.problems import Problem, RuntimeFailure

SHIPPED = (ROOT / "resources" / "models.toml").read_text()
OF_SCORE = ("MMLU-Pro", "GPQA", "IFEval", "MMMU-Pro", "OCRBench")


@pytest.fixture(scope="module")
def models() -> tuple[CatalogueModel, ...]:
    return load_catalogue()


def failure_of(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RuntimeFailure) as caught:
        load_catalogue(path)
    assert caught.value.problem is Problem.CATALOGUE_UNUSABLE
    return caught.value.detail


def test_that_all_four_sizes_are_known_with_all_their_quantisations(
    models: tuple[CatalogueModel, ...],
) -> None:
    assert [model.size for model in models] == ["0.8B", "2B", "4B", "9B"]
    for model in models:
        assert len(model.quantisations) == 22
        assert {"UD-IQ2_XXS", "Q4_K_M", "Q8_0", "BF16"} <= {q.name for q in model.quantisations}


def test_that_published_figures_are_taken_over(models: tuple[CatalogueModel, ...]) -> None:
    largest = models[-1]
    q4 = next(each for each in largest.quantisations if each.name == "Q4_K_M")
    assert q4.file.size_bytes == 5_680_522_464
    assert q4.file.sha256 == "03b74727a860a56338e042c4420bb3f04b2fec5734175f4cb9fa853daf52b7e8"
    assert q4.file.size_is_exact
    assert largest.projector.size_bytes == 918_166_080
    assert largest.revision == "3885219b6810b007914f3a7950a8d1b469d598a5"


def test_that_rounded_sizes_are_marked(models: tuple[CatalogueModel, ...]) -> None:
    rounded = {
        (m.size, q.name) for m in models for q in m.quantisations if not q.file.size_is_exact
    }
    assert {size for size, _ in rounded} == {"0.8B"}
    assert ("0.8B", "Q4_K_M") not in rounded


def test_that_a_score_is_the_mean_of_its_benchmarks(models: tuple[CatalogueModel, ...]) -> None:
    for model in models:
        assert model.score == pytest.approx(mean(model.benchmarks[n] for n in OF_SCORE), abs=0.06)


def test_that_two_bits_are_never_chosen_for_anybody(models: tuple[CatalogueModel, ...]) -> None:
    for model in models:
        for each in model.quantisations:
            assert each.is_manual or "Q2" not in each.name


def test_that_the_smallest_model_is_never_chosen_below_four_bits(
    models: tuple[CatalogueModel, ...],
) -> None:
    automatic = [each.name for each in models[0].quantisations if not each.is_manual]
    assert automatic[0] == "Q4_K_M"


def test_that_a_small_model_loses_more_to_the_same_quantisation(
    models: tuple[CatalogueModel, ...],
) -> None:
    losses = [q.penalty for model in models for q in model.quantisations if q.name == "Q4_K_M"]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == 1.3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("layers = 24\n", "layers = 0\n", "shape: “layers” must be a whole number"),
        ("layers = 24\n", "layers = true\n", "“layers” must be a whole number"),
        ("layers = 24\n", "", "“layers” is missing"),
        ("layers = 24\n", "layers = 3\n", "“attention_layers” must not be more"),
        ("hidden = 1024\n", "hiden = 1024\n", "“hi"),
        ("score = 40.8", "score = 140.8", "model 1 (Qwen3.5 0.8B): “score” must be"),
        ("score = 40.8", "score = nan", "“score” must be"),
        ("score = 40.8", 'score = "good"', "“score” must be"),
        ('revision = "6ab4', 'revision = "main6ab4', "“revision” must be a text"),
        ('file = "mmproj-F16.gguf"', 'file = "../mmproj-F16.gguf"', "“file” must be a text"),
        ("exact = false\n", 'exact = "no"\n', "quantisation 2 (UD-IQ2_M): “exact” must be true or"),
        ("bytes = 338_227_456", "bytes = 9_338_227_456", "must stand before"),
        ('name = "UD-IQ2_M"', 'name = "UD-IQ2_XXS"', "UD-IQ2_XXS is given twice"),
        ("Q8_0 = 0.0\n", "", "[penalty] says nothing about Q8_0"),
        ('name = "Qwen3.5 2B"', 'name = "Qwen3.5 0.8B"', "Qwen3.5 0.8B is given twice"),
        ("format = 1", "format = 2", "“format” must be 1"),
        ("format = 1", "format = ", "line 10"),
        ("[model.vision]", "[model.sight]", "“vision” is missing"),
        ("[model.benchmarks]", "[[model.benchmarks]]", "must be a table"),
    ],
)
def test_that_a_wrong_catalogue_is_refused_with_what_is_wrong_and_where(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SHIPPED
    assert said in failure_of(tmp_path / "models.toml", SHIPPED.replace(old, new, 1))


@pytest.mark.parametrize(
    "content",
    ["", "format = 1", "model = 3\nformat = 1\npenalty = {}", b"\xff\xfe", "a = " + "[" * 9999],
)
def test_that_what_is_no_catalogue_is_refused(tmp_path: Path, content: str | bytes) -> None:
    assert failure_of(tmp_path / "models.toml", content)


def test_that_a_missing_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFailure) as caught:
        load_catalogue(tmp_path / "models.toml")
    assert caught.value.problem is Problem.CATALOGUE_UNUSABLE
