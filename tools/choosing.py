"""Writes the table of docs/choosing.md: what is chosen for which computer.

`python -m tools.choosing` writes it; `--check` only says whether it is true. Computers are
imagined by their memory, and recorded ones are read from tests/fixtures/machines.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from runtime.hardware.hypothetical import hypothetical_machine
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import load_recording
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import load_catalogue
from runtime.models.choose import NothingFits, choose
from runtime.models.load_plan import LoadPlan

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENT = PROJECT / "docs" / "choosing.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
_RECORDINGS = PROJECT / "tests" / "fixtures" / "machines"
_GIB = 1 << 30
# Graphics memory and RAM, in GB.
_IMAGINED = (
    (2, 8),
    (4, 16),
    (6, 16),
    (8, 16),
    (10, 32),
    (12, 32),
    (16, 32),
    (24, 64),
    (0, 4),
    (0, 8),
    (0, 16),
    (0, 32),
)
_HEAD = ("computer", "model", "context", "where", "memory", "speed", "next better")


def machines() -> Iterator[tuple[str, MachineReport]]:
    """Every computer of the table, by a name for it."""
    for vram, ram in _IMAGINED:
        card = f"card with {vram} GB, " if vram else "no graphics card, "
        yield f"{card}{ram} GB of RAM", hypothetical_machine(ram * _GIB, vram * _GIB)
    for path in sorted(_RECORDINGS.glob("*.json")):
        yield path.stem.replace("-", " "), read_machine(load_recording(path))


def choices() -> Iterator[tuple[str, MachineReport, LoadPlan | NothingFits]]:
    """What is chosen for every computer of the table."""
    catalogue = load_catalogue()
    for name, report in machines():
        try:
            yield name, report, choose(report, catalogue)
        except NothingFits as nothing:
            yield name, report, nothing


def document(found: Iterable[tuple[str, MachineReport, LoadPlan | NothingFits]]) -> str:
    """The page with the table as it should be."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    lines = [_HEAD, ("---",) * len(_HEAD), *((name, *_cells(plan)) for name, _, plan in found)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return "".join([before, BEGIN, table, END, rest.split(END)[1]])


def main() -> int:
    """Write or check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    wanted = document(choices())
    if parser.parse_args().check:
        return int(wanted != DOCUMENT.read_text(encoding="utf-8"))
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


def _cells(plan: LoadPlan | NothingFits) -> tuple[str, ...]:
    if isinstance(plan, NothingFits):
        return "the demo only", "", "", "", "", f"{plan.detail} more"
    where = "processor"
    if plan.device:
        layers = "all layers" if plan.gpu_layers < 0 else f"{plan.gpu_layers} layers"
        where = f"{layers} on the graphics device"
    if plan.device and plan.projector_on.value == "cpu":
        where += ", pictures on the processor"
    cache = "" if plan.kv_type.value == "f16" else f", {plan.kv_type.value} cache"
    return (
        f"{plan.model} {plan.quantisation}",
        f"{plan.context}{cache}",
        where,
        f"{plan.expected_bytes / _GIB:.1f} GB",
        f"{plan.expected_tokens_per_s or 0:.0f} tokens/s",
        plan.next_better,
    )


if __name__ == "__main__":
    sys.exit(main())
