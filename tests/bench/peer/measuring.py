"""Plays the scenes on both sides in turn and collects the figures."""

import queue
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.peer.memory import MemoryWatch
from bench.peer.models import BenchModel
from bench.peer.scenes import Figure, Figures, Scene, Stage
from bench.peer.side import Side
from bench.peer.talk import Talk, prose

StartSide = Callable[[Path], Side]
MEMORY = "k peak memory, MiB"
_WARM_UP_WORDS = (20, 120)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of both sides.

    Attributes:
        ours: all rounds
        theirs: all rounds
    """

    name: str
    ours: tuple[Figure, ...]
    theirs: tuple[Figure, ...]

    @property
    def our_median(self) -> float:
        return statistics.median(figure.value for figure in self.ours)

    @property
    def their_median(self) -> float:
        return statistics.median(figure.value for figure in self.theirs)

    @property
    def tokens_read(self) -> tuple[int, int] | None:
        """Medians of the prompt tokens computed for it, ours and theirs."""
        ours, theirs = (
            [figure.read for figure in figures if figure.read is not None]
            for figures in (self.ours, self.theirs)
        )
        if not ours or not theirs:
            return None
        return round(statistics.median(ours)), round(statistics.median(theirs))

    @property
    def ratio(self) -> float:
        return self.our_median / self.their_median if self.their_median else 0.0


def measure(
    model: BenchModel,
    scenes: Sequence[Scene],
    starts: tuple[StartSide, StartSide],
    *,
    rounds: range,
    report: Callable[[str], None],
) -> list[Row]:
    """All rows of the table for one model.

    Args:
        starts: how to start our side, and theirs
        rounds: their numbers, which decide what is talked about and who begins
        report: told what is being done
    """
    figures: dict[str, tuple[list[Figure], list[Figure]]] = {}
    for scene in scenes:
        if scene.needs > model.longest_prompt:
            continue
        for number in rounds[:1] if scene.once else rounds:
            order = (0, 1) if number % 2 == 0 else (1, 0)
            for index in order:
                report(f"{scene.name}, round {number + 1}, {('ours', 'theirs')[index]}")
                salt = f"{scene.name} {number}"
                try:
                    for figure in _play(scene, model, starts[index], salt):
                        report(f"  {figure.name}: {figure.value:.3f}, {figure.read} read")
                        figures.setdefault(figure.name, ([], []))[index].append(figure)
                except (RuntimeError, OSError, queue.Empty) as error:
                    # Hours of measuring shall not be lost to one process that died.
                    report(f"  given up: {error}")
    return [
        Row(name=name, ours=tuple(ours), theirs=tuple(theirs))
        for name, (ours, theirs) in sorted(figures.items())
        if ours and theirs
    ]


def joined(rows: Sequence[Row], more: Sequence[Row]) -> list[Row]:
    """The rounds of two runs as those of one."""
    found = {row.name: row for row in rows}
    for row in more:
        known = found.get(row.name, replace(row, ours=(), theirs=()))
        found[row.name] = replace(row, ours=known.ours + row.ours, theirs=known.theirs + row.theirs)
    return [found[name] for name in sorted(found)]


def row_from(facts: Mapping[str, Any]) -> Row:
    """A row as it was kept in the file of results."""
    sides = [tuple(Figure(**figure) for figure in facts[side]) for side in ("ours", "theirs")]
    return Row(name=facts["name"], ours=sides[0], theirs=sides[1])


def _play(scene: Scene, model: BenchModel, start: StartSide, salt: str) -> Figures:
    with _started(start) as (side, folder), _watched(side) as watch:
        # Both have read and written something before anything is timed.
        short, long = (
            Talk(side).ask(prose(f"warm-up {words}", words), max_tokens=4).prompt
            for words in _WARM_UP_WORDS
        )
        stage = Stage(
            side=side,
            model=model,
            folder=folder,
            salt=salt,
            # What the template adds is in both, so it cancels out.
            tokens_per_word=(long - short) / (_WARM_UP_WORDS[1] - _WARM_UP_WORDS[0]),
        )
        for figure in scene.play(stage):
            watch.look_at(side.process_id)
            yield figure
    if scene.weighed:
        yield Figure(name=f"{MEMORY} ({scene.name})", value=watch.peak_bytes / 2**20)


@contextmanager
def _started(start: StartSide) -> Iterator[tuple[Side, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="sideglance-bench-"))
    side = start(folder)
    try:
        yield side, folder
    finally:
        side.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _watched(side: Side) -> Iterator[MemoryWatch]:
    watch = MemoryWatch()
    watch.look_at(side.process_id)
    try:
        yield watch
    finally:
        watch.close()
