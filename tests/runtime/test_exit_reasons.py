"""Why an engine process ended."""

import pytest

from runtime.problems import Problem
from runtime.process_health import exit_reason_of


@pytest.mark.parametrize(
    ("exit_code", "words", "problem"),
    [
        (-9, [], Problem.ENGINE_KILLED),
        (-15, [], Problem.ENGINE_KILLED),
        (-11, [], Problem.ENGINE_CRASHED),
        (-6, ["GGML_ASSERT(n_tokens_all <= cparams.n_batch)"], Problem.ENGINE_CRASHED),
        (-6, ["terminate called", "what():  std::bad_alloc"], Problem.OUT_OF_MEMORY),
        (-6, ["ggml-backend.cpp:188: GGML_ASSERT(buffer) failed"], Problem.OUT_OF_MEMORY),
        (1, ["MemoryError"], Problem.OUT_OF_MEMORY),
        (3221225477, [], Problem.ENGINE_CRASHED),
        (None, [], Problem.ENGINE_CRASHED),
    ],
)
def test_that_a_death_has_its_reason(
    exit_code: int | None, words: list[str], problem: Problem
) -> None:
    assert exit_reason_of(exit_code, words)[0] is problem


def test_that_a_signal_is_named() -> None:
    assert exit_reason_of(-11, [])[1] == "SIGSEGV"
