"""Notices when a model repeats itself without end, as the small sizes are known to do."""

from collections.abc import Sequence

# Both bounds must hold: eight times the same short run is a list, 192 tokens of it is a loop.
_LEAST_REPEATS = 8
_LEAST_TOKENS = 192
_LONGEST_PERIOD = 96

WINDOW = _LEAST_REPEATS * _LONGEST_PERIOD


def ends_in_loop(tokens: Sequence[int]) -> bool:
    """Whether the newest tokens are one run of at most 96 tokens over and over.

    Args:
        tokens: what was generated, oldest first; only the last `WINDOW` count
    """
    recent = list(tokens[-WINDOW:])
    return any(_repeats(recent, period) for period in range(1, _LONGEST_PERIOD + 1))


def _repeats(tokens: list[int], period: int) -> bool:
    length = max(_LEAST_TOKENS, _LEAST_REPEATS * period)
    if len(tokens) < length or tokens[-1] != tokens[-1 - period]:
        return False
    tail = tokens[-length:]
    return tail[period:] == tail[:-period]
