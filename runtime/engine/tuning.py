"""Threads and batch size by measuring: a short warm-up, remembered for machine and model."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from runtime.engine.prefill_plan import BLOCK
from runtime.safe_file import replace_file

log = logging.getLogger("sideglance.engine")

_WRITTEN_TOKENS = 4
# A larger batch is tried only if it takes no longer than this; where reading is that slow, a
# stop between small batches is worth more.
_LONGEST_BATCH_S = 3.0
# The smallest batch that is nearly as fast as the fastest: it can be stopped sooner.
_NEARLY = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How a model is computed on this machine.

    Attributes:
        writing_threads: CPU threads for single tokens, which wait for memory
        reading_threads: CPU threads for batches, which compute
        batch_size: tokens of a batch while somebody waits; whole blocks
        cores: what the machine had when it was measured; with others it is measured again
    """

    writing_threads: int
    reading_threads: int
    batch_size: int
    cores: tuple[int, int]


class Trial(Protocol):
    """Reads tokens that are forgotten afterwards."""

    def __call__(self, count: int, *, writing_threads: int, reading_threads: int) -> None:
        """Read tokens in one batch."""


def measure(
    trial: Trial,
    *,
    cores: tuple[int, int],
    largest_batch: int,
    stopped: Callable[[], bool],
    clock: Callable[[], float] = time.perf_counter,
) -> Tuning | None:
    """Try what is sensible and keep the fastest.

    Args:
        trial: reads tokens
        cores: physical and logical ones
        largest_batch: most tokens of a batch
        stopped: asked between trials
        clock: seconds

    Returns:
        None if it was stopped
    """
    threads = _candidates(cores)

    def seconds(count: int, writing: int, reading: int) -> float:
        begun = clock()
        trial(count, writing_threads=writing, reading_threads=reading)
        return clock() - begun

    writing: dict[int, float] = {}
    reading: dict[int, float] = {}
    for number in threads:
        if stopped():
            return None
        seconds(1, number, number)
        writing[number] = min(seconds(1, number, number) for _token in range(_WRITTEN_TOKENS))
        if stopped():
            return None
        reading[number] = seconds(BLOCK, number, number)
    best = Tuning(
        writing_threads=min(writing, key=lambda number: writing[number]),
        reading_threads=min(reading, key=lambda number: reading[number]),
        batch_size=BLOCK,
        cores=cores,
    )
    speeds: dict[int, float] = {}
    for size in _sizes(largest_batch, reading[best.reading_threads]):
        if stopped():
            return None
        taken = seconds(size, best.writing_threads, best.reading_threads)
        speeds[size] = size / taken
    fastest = max(speeds.values(), default=0.0)
    enough = [size for size, speed in speeds.items() if speed * _NEARLY >= fastest]
    return Tuning(
        writing_threads=best.writing_threads,
        reading_threads=best.reading_threads,
        batch_size=min(enough, default=BLOCK),
        cores=cores,
    )


def load_tuning(path: Path, cores: tuple[int, int]) -> Tuning | None:
    """What was measured earlier; None if it is missing, damaged or of another machine."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        numbers = [data["writing_threads"], data["reading_threads"], data["batch_size"]]
        if not all(type(number) is int and number > 0 for number in numbers):
            return None
        if data["cores"] != list(cores) or data["batch_size"] % BLOCK:
            return None
    except (OSError, ValueError, TypeError, KeyError):
        return None
    writing, reading, batch = numbers
    return Tuning(writing_threads=writing, reading_threads=reading, batch_size=batch, cores=cores)


def save_tuning(path: Path, tuning: Tuning) -> None:
    """Remember what was measured; it can be measured again, so a failure is only logged."""
    try:
        replace_file(path, json.dumps(asdict(tuning)).encode())
    except OSError as error:
        log.info("the warm-up was not kept: %s", error.strerror)


def _candidates(cores: tuple[int, int]) -> Sequence[int]:
    """Thread counts worth a trial: all cores, hyper-threads too, and without the slow cores."""
    physical, logical = cores
    return sorted({physical, logical, max(1, physical * 2 // 3), max(1, physical // 2)})


def _sizes(largest: int, block_s: float) -> Iterator[int]:
    size = BLOCK
    while size <= largest:
        if size > BLOCK and block_s * size / BLOCK > _LONGEST_BATCH_S:
            return
        yield size
        size *= 2
