"""How many frames of a video to look at, when, and how large: pure."""

import math

from runtime.problems import Problem, PromptFailure

FEWEST_FRAMES = 4
MOST_FRAMES = 32
FRAMES_PER_SECOND = 2


def frames_within(tokens_left: int, tokens_per_pair: int) -> int:
    """How many frames the rest of the context can hold: even, from 2 to 32.

    Raises:
        PromptFailure: not even one pair fits
    """
    if tokens_per_pair < 1:
        raise ValueError(tokens_per_pair)
    pairs = min(tokens_left // tokens_per_pair, MOST_FRAMES // 2)
    if pairs < 1:
        raise PromptFailure(Problem.PROMPT_TOO_LONG, f"{tokens_per_pair} > {max(tokens_left, 0)}")
    return 2 * pairs


def frame_count(duration_s: float, max_frames: int) -> int:
    """How many frames to take: about two a second, from 4 to 32, within `max_frames`; even."""
    if max_frames < 2:
        raise ValueError(max_frames)
    # Clamped before rounding: a file may claim an endless duration.
    wanted = math.ceil(min(max(duration_s, 0.0) * FRAMES_PER_SECOND, MOST_FRAMES))
    return even(min(max(wanted, FEWEST_FRAMES), max_frames))


def even(count: int) -> int:
    """The largest even number not above `count`."""
    return count - count % 2


def frame_times(first_s: float, last_s: float, count: int) -> tuple[float, ...]:
    """Evenly spread times from the first frame's to the last frame's, both included."""
    if count == 1 or last_s <= first_s:
        return (first_s,)
    # The last time is not computed: rounding could put it before the last frame.
    step = (last_s - first_s) / (count - 1)
    return (*(first_s + step * number for number in range(count - 1)), last_s)


def fit_pixels(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """The largest size of the same shape within `max_pixels`; never larger than the original."""
    if max_pixels < 1:
        raise ValueError(max_pixels)
    if width * height <= max_pixels:
        return width, height
    scale = math.sqrt(max_pixels / (width * height))
    # A strip one pixel thin cannot get thinner, so its length alone has to give.
    short = max(1, math.floor(min(width, height) * scale))
    long = max(1, min(math.floor(max(width, height) * scale), max_pixels // short))
    return (long, short) if width >= height else (short, long)


def fit_side(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size of the same shape whose longer side is at most `longest`; never larger."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
