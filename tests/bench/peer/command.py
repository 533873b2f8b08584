"""The arguments of the comparison, and what it leaves behind."""

import argparse
import importlib.metadata
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.peer import table
from bench.peer.machine import machine_in_words
from bench.peer.measuring import Row, joined, measure, row_from
from bench.peer.models import BenchModel, demonstration, synthetic
from bench.peer.ours import OurEngine
from bench.peer.scenes import SCENES, Scene
from bench.peer.talk import Talk, prose
from bench.peer.theirs import TheirServer
from bench.results import PROJECT, keep, kept

DOCUMENT = PROJECT / "docs" / "performance.md"
_BEGIN, _END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
_ENOUGH_ROUNDS = 5
_NOT_SET = "not set"
_QUICK = ("talk", "drop", "think", "switch", "reopen", "writing", "stop", "stop-reading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was measured with one model."""

    model: str
    wait_policy: str
    rows: tuple[Row, ...]


def main(arguments: Sequence[str]) -> int:
    """Measure; always ends well, for a busy machine measures badly."""
    options = _parse(arguments)
    scenes = [scene for scene in SCENES if scene.name in options.cases]
    earlier = _earlier() if options.add else {}
    parts = [
        _measure_model(model, scenes, options, earlier.get(model.name))
        for model in _models(options.models)
        if model is not None
    ]
    rounds = min((len(row.ours) for part in parts for row in part.rows), default=0)
    results = {
        "machine": machine_in_words(),
        "peer": _peer(options.server),
        "rounds": rounds,
        "parts": [asdict(part) for part in parts],
    }
    keep("peer", results)
    for part in parts:
        _say(f"\n{part.model} (the server's OMP_WAIT_POLICY: {part.wait_policy})")
        _say(table.plain(part.rows))
    complete = scenes == list(SCENES) and rounds >= _ENOUGH_ROUNDS
    if parts and (complete or options.write):
        _document(results, parts)
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    names = [scene.name for scene in SCENES]
    parser = argparse.ArgumentParser(prog="make bench ARGS=peer", description=__doc__)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--cases", nargs="+", choices=names, default=names)
    parser.add_argument(
        "--models", nargs="+", choices=["synthetic", "demo"], default=["synthetic", "demo"]
    )
    parser.add_argument("--quick", action="store_true", help="two rounds, without the long cases")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md anyway")
    parser.add_argument(
        "--add", action="store_true", help="further rounds to those in build/bench.json"
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first round")
    parser.add_argument("--server", type=Path, help="a llama-server instead of the wheel's")
    options = parser.parse_args(arguments)
    if options.quick:
        options.cases = list(_QUICK)
    options.rounds = options.rounds or (2 if options.quick else _ENOUGH_ROUNDS)
    return options


def _models(names: Sequence[str]) -> list[BenchModel | None]:
    models: list[BenchModel | None] = []
    if "synthetic" in names:
        models.append(synthetic())
        if models[-1] is None:
            _say("The script that makes a model in the shapes of Qwen3.5-0.8B is not here; skipped")
    if "demo" in names:
        models.append(demonstration())
    return models


def _earlier() -> dict[str, Part]:
    """What was measured before, by the model's name."""
    return {
        part["model"]: Part(
            model=part["model"],
            wait_policy=part["wait_policy"],
            rows=tuple(row_from(row) for row in part["rows"]),
        )
        for part in kept("peer", {"parts": []})["parts"]
    }


def _measure_model(
    model: BenchModel, scenes: Sequence[Scene], options: argparse.Namespace, earlier: Part | None
) -> Part:
    _say(f"{model.name}")
    if earlier is None:
        policy = _better_wait_policy(model, options.server)
    else:
        policy = None if earlier.wait_policy == _NOT_SET else earlier.wait_policy
    rows = measure(
        model,
        scenes,
        (
            partial(OurEngine, model),
            partial(TheirServer, model, program=options.server, wait_policy=policy),
        ),
        rounds=range(options.first, options.first + options.rounds),
        report=_say,
    )
    rows = joined(earlier.rows if earlier else (), rows)
    return Part(model=model.name, wait_policy=policy or _NOT_SET, rows=tuple(rows))


def _better_wait_policy(model: BenchModel, program: Path | None) -> str | None:
    """What the server is faster with: OpenMP's default, or what our engine sets."""
    seconds: dict[str | None, float] = {}
    for policy in (None, "passive"):
        with tempfile.TemporaryDirectory() as folder:
            server = TheirServer(model, Path(folder), program=program, wait_policy=policy)
            try:
                Talk(server).ask(prose("warm-up", 50), max_tokens=4)
                replies = [
                    Talk(server).ask(prose(f"{number}", 300), max_tokens=48) for number in range(2)
                ]
            finally:
                server.close()
        seconds[policy] = statistics.median(reply.first_s + reply.writing_s for reply in replies)
        _say(f"  the server with OMP_WAIT_POLICY {policy or 'not set'}: {seconds[policy]:.2f} s")
    return min(seconds, key=lambda policy: seconds[policy])


def _peer(program: Path | None) -> str:
    if program is not None:
        return "llama-server, as given"
    return f"llama.cpp's server in xllamacpp {importlib.metadata.version('xllamacpp')}"


def _document(results: dict[str, Any], parts: Sequence[Part]) -> None:
    """Replace the measured part of docs/performance.md."""
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else _BEGIN + _END
    before, rest = text.split(_BEGIN, 1)
    _old, after = rest.split(_END, 1)
    lines = [f"Medians of {results['rounds']} rounds on {results['machine']}, against "]
    lines.append(f"{results['peer']}.\n\n")
    for part in parts:
        lines.append(f"### {part.model}\n\n{table.markdown(part.rows)}\n")
        lines.append(f"The server ran with OMP_WAIT_POLICY {part.wait_policy}.\n\n")
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text("".join([before, _BEGIN, *lines, _END, after]), encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
