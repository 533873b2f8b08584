"""How soon the window is there, and how long it ever stands still."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from bench.display import virtual_display
from bench.results import PROJECT, RESULTS, keep

RUNS = 5
LONGEST_START_S = 1.5
LONGEST_STALL_S = 0.050


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure.

    Attributes:
        limit_s: what it should stay under
        runs_s: the single runs it is the median of
    """

    name: str
    platform: str
    value_s: float
    limit_s: float
    runs_s: tuple[float, ...]


def main() -> int:
    """Measure everything; always ends well, for a busy machine measures badly."""
    measures = []
    for platform, environment in platforms():
        measures.append(measure_start(platform, environment))
        measures += measure_stalls(platform, environment)
    keep("window", [asdict(measure) for measure in measures])
    sys.stdout.write(table(measures))
    return 0


def platforms() -> Iterator[tuple[str, dict[str, str]]]:
    """Each of Qt's platforms that can be had here, with its environment."""
    yield "offscreen", {"QT_QPA_PLATFORM": "offscreen"}
    with virtual_display() as display:
        if display is not None:
            yield "xcb (Xvfb)", {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display}


def measure_start(platform: str, environment: dict[str, str]) -> Measure:
    """From the start of the process to the first painting of the window."""
    runs = []
    for _ in range(RUNS):
        begun = time.monotonic()
        # CLOCK_MONOTONIC is one clock for all processes.
        runs.append(float(probe("bench.visible_window", environment)) - begun)
    return Measure(
        name="start to visible window",
        platform=platform,
        value_s=statistics.median(runs),
        limit_s=LONGEST_START_S,
        runs_s=tuple(round(run, 4) for run in runs),
    )


def measure_stalls(platform: str, environment: dict[str, str]) -> list[Measure]:
    """The longest time the GUI thread did not come back to its event loop, by what went on."""
    longest: dict[str, float] = json.loads(probe("bench.event_loop", environment))
    return [
        Measure(
            name=f"longest stall, {phase}",
            platform=platform,
            value_s=stall_s,
            limit_s=LONGEST_STALL_S,
            runs_s=(stall_s,),
        )
        for phase, stall_s in longest.items()
    ]


def probe(module: str, environment: dict[str, str]) -> str:
    """Run one of our child programs in a home of its own; returns its last line."""
    with empty_home() as home:
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(PROJECT / "tests"), **environment, **home},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=True,
            timeout=180,
        )
    return done.stdout.splitlines()[-1]


@contextmanager
def empty_home() -> Iterator[dict[str, str]]:
    """An environment in which the program has never run before."""
    with tempfile.TemporaryDirectory(prefix="sideglance-bench-") as folder:
        yield {"SIDEGLANCE_HOME": folder}


def table(measures: list[Measure]) -> str:
    """The figures, for people."""
    lines = [f"{'':34}{'platform':14}{'measured':>10}{'limit':>10}"]
    for measure in measures:
        verdict = "" if measure.value_s < measure.limit_s else "  over"
        lines.append(
            f"{measure.name:34}{measure.platform:14}"
            f"{measure.value_s * 1000:>7.0f} ms{measure.limit_s * 1000:>7.0f} ms{verdict}"
        )
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    lines.append(
        f"{os.cpu_count()} processors, load {load:.1f}; written to {RESULTS.relative_to(PROJECT)}"
    )
    return "\n".join(lines) + "\n"
