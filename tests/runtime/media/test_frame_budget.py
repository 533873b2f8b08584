import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.media.frame_budget import fit_pixels, fit_side, frame_count, frame_times, frames_within
from runtime.problems import Problem, PromptFailure

SIDES = st.integers(1, 40_000)


@given(st.integers(-10, 100_000), st.integers(1, 5_000))
def test_that_frames_are_pairs_within_the_tokens_left_or_the_prompt_is_too_long(
    tokens_left: int, tokens_per_pair: int
) -> None:
    if tokens_left < tokens_per_pair:
        with pytest.raises(PromptFailure) as caught:
            frames_within(tokens_left, tokens_per_pair)
        assert caught.value.problem is Problem.PROMPT_TOO_LONG
    else:
        count = frames_within(tokens_left, tokens_per_pair)
        assert count % 2 == 0
        assert 2 <= count <= 32
        assert count // 2 * tokens_per_pair <= tokens_left


@given(st.floats(0, 1e9) | st.just(float("inf")), st.integers(2, 100))
def test_that_the_frame_count_is_even_and_keeps_every_bound(
    duration_s: float, max_frames: int
) -> None:
    count = frame_count(duration_s, max_frames)
    assert count % 2 == 0
    assert 2 <= count <= min(32, max_frames)
    assert count <= max(4, 2 * duration_s + 1)


def test_that_a_two_second_clip_gives_four_frames_and_a_long_one_thirty_two() -> None:
    assert frame_count(2.0, 32) == 4
    assert frame_count(5.0, 32) == 10
    assert frame_count(3600.0, 32) == 32


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.integers(2, 32))
def test_that_frame_times_rise_from_the_first_frame_to_the_last(
    first_s: float, length_s: float, count: int
) -> None:
    last_s = first_s + length_s
    times = frame_times(first_s, last_s, count)
    assert times[0] == first_s
    assert times[-1] == last_s
    assert list(times) == sorted(times) or times[-1] - times[-2] > -1e-6
    assert len(times) == (count if last_s > first_s else 1)


@given(SIDES, SIDES, st.integers(1, 10_000_000))
def test_that_a_fitted_picture_keeps_the_bound_and_never_grows(
    width: int, height: int, max_pixels: int
) -> None:
    fitted_width, fitted_height = fit_pixels(width, height, max_pixels)
    assert 1 <= fitted_width <= width
    assert 1 <= fitted_height <= height
    assert fitted_width * fitted_height <= max_pixels


def test_that_a_fitted_picture_keeps_its_shape() -> None:
    assert fit_pixels(4000, 2000, 20_000) == (200, 100)
    assert fit_pixels(100, 50, 20_000) == (100, 50)


@given(SIDES, SIDES)
def test_that_a_thumbnail_is_at_most_its_side(width: int, height: int) -> None:
    small = fit_side(width, height, 256)
    assert min(small) >= 1
    assert max(small) == min(256, max(width, height))
