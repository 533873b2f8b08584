"""The published settings of each size and mode."""

import pytest

from runtime.models.sampling_defaults import GREEDY, SamplingSettings, defaults_of


@pytest.mark.parametrize(
    ("parameters", "thinking", "pictures", "settings"),
    [
        (752_393_024, False, False, (1.0, 20, 1.0, 0.0, 2.0)),
        (752_393_024, False, True, (0.7, 20, 0.8, 0.0, 1.5)),
        (1_881_825_088, True, True, (0.6, 20, 0.95, 0.0, 0.0)),
        (1_881_825_088, True, False, (1.0, 20, 0.95, 0.0, 1.5)),
        (4_205_751_296, False, False, (0.7, 20, 0.8, 0.0, 1.5)),
        (8_953_803_264, True, True, (1.0, 20, 0.95, 0.0, 1.5)),
    ],
)
def test_that_sampling_is_as_the_cards_say(
    parameters: int,
    thinking: bool,
    pictures: bool,
    settings: tuple[float, int, float, float, float],
) -> None:
    defaults = defaults_of(name="Qwen3.5", file_name="file", parameters=parameters)
    temperature, top_k, top_p, min_p, presence = settings
    assert defaults.sampling(thinking=thinking, pictures=pictures) == SamplingSettings(
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        min_p=min_p,
        presence_penalty=presence,
    )


@pytest.mark.parametrize(
    ("parameters", "thinks"),
    [(752_393_024, False), (1_881_825_088, False), (4_205_751_296, True), (8_953_803_264, True)],
)
def test_that_only_the_larger_sizes_think_by_default(parameters: int, thinks: bool) -> None:
    assert defaults_of(name="", file_name="f", parameters=parameters).thinks_by_default is thinks


def test_that_the_demonstration_is_greedy_and_says_what_it_is() -> None:
    defaults = defaults_of(name="Sideglance demo", file_name="f", parameters=3_000_000)
    assert defaults.demonstration
    assert defaults.sampling(thinking=False, pictures=True) == GREEDY


def test_that_a_model_without_a_name_is_called_by_its_file() -> None:
    assert defaults_of(name="", file_name="my-model", parameters=1).name == "my-model"
