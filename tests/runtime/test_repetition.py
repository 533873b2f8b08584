"""Loops are noticed, lists are not."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.repetition import ends_in_loop


@given(st.lists(st.integers(0, 50), min_size=1, max_size=96), st.lists(st.integers(0, 50)))
def test_that_a_run_said_over_and_over_is_a_loop(run: list[int], before: list[int]) -> None:
    assert ends_in_loop(before + run * 200)


def test_that_counting_is_no_loop() -> None:
    assert not ends_in_loop(list(range(5000)))


def test_that_a_short_repetition_is_no_loop() -> None:
    assert not ends_in_loop([1, 2, 3] * 40)


def test_that_a_loop_left_again_is_no_loop() -> None:
    assert not ends_in_loop([1, 2, 3] * 400 + [9])
