"""`sideglance plan`: which model would be chosen for a computer, and why."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from app.cli.console import Console
from app.cli.models_text import nothing_fits
from app.cli.this_computer import look_at_this_computer
from app.notifications.formatting import rounded, size_in_words
from app.notifications.problem_messages import explain
from runtime.hardware.hypothetical import hypothetical_machine
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import load_recording
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import load_catalogue
from runtime.models.choose import NothingFits, choose
from runtime.models.load_plan import LoadPlan
from runtime.problems import RuntimeFailure

_UNITS = {"": 30, "G": 30, "GB": 30, "GIB": 30, "M": 20, "MB": 20, "MIB": 20}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Z]*)")
_MOST_GIGABYTES = 4096

CHOSEN = 0
NOTHING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanArguments:
    """Say which model would be chosen.

    Attributes:
        machine: a recording of another computer; None is this one, or an imagined one
        ram_bytes: of an imagined computer; None is this computer
        vram_bytes: of its graphics card; 0 has none
        as_json: one JSON object in place of sentences
    """

    machine: Path | None
    ram_bytes: int | None
    vram_bytes: int
    as_json: bool

    def run(self) -> int:
        """Do it; returns the exit code."""
        return run_plan(self)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be written after `sideglance plan`."""
    parser.description = (
        "Say which model, quantisation and context would be chosen for this "
        "computer, for a recorded one, or for one with so much memory."
    )
    parser.epilog = (
        "Exit codes: 0 a model was chosen, 2 wrong usage, 4 nothing fits or the computer "
        "cannot be looked at."
    )
    parser.add_argument(
        "--machine",
        type=Path,
        metavar="FILE",
        help="a recording, as `sideglance hardware --record` writes it",
    )
    parser.add_argument("--ram", type=_size, metavar="SIZE", help='such as "16GB"')
    parser.add_argument(
        "--vram", type=_size, metavar="SIZE", help='of a graphics card, such as "8GB"; needs --ram'
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def read_arguments(parser: argparse.ArgumentParser, options: argparse.Namespace) -> PlanArguments:
    """What was written, checked.

    Raises:
        SystemExit: with 2 if it contradicts itself
    """
    if options.vram is not None and options.ram is None:
        parser.error("--vram needs --ram: how much memory has the rest of the computer?")
    if options.machine is not None and options.ram is not None:
        parser.error("--machine says how much memory there is; leave out --ram and --vram")
    return PlanArguments(
        machine=options.machine,
        ram_bytes=options.ram,
        vram_bytes=options.vram or 0,
        as_json=options.json,
    )


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text.strip().upper())
    if found is None or found.group(2) not in _UNITS:
        raise argparse.ArgumentTypeError('write it like "16GB" or "512MB"')
    size = int(float(found.group(1)) * (1 << _UNITS[found.group(2)]))
    if not 0 < size <= _MOST_GIGABYTES << 30:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most {_MOST_GIGABYTES}GB")
    return size


def run_plan(arguments: PlanArguments, console: Console | None = None) -> int:
    """Choose and say it; returns the exit code."""
    console = console or Console()
    try:
        plan = choose(_machine(arguments), load_catalogue())
    except NothingFits as failure:
        console.notification(nothing_fits(failure.missing_bytes))
        return NOTHING
    except RuntimeFailure as failure:
        console.notification(explain(failure.problem, failure.detail))
        return NOTHING
    if arguments.as_json:
        console.record(plan_record(plan))
        return CHOSEN
    for line in plan_in_words(plan):
        console.piece(line)
        console.end_line()
    return CHOSEN


def plan_record(plan: LoadPlan) -> dict[str, object]:
    """What `--json` prints; scripts rely on these names, so each is written down here."""
    return {
        "model": plan.model,
        "quantisation": plan.quantisation,
        "context": plan.context,
        "kv_type": plan.kv_type.value,
        "gpu_layers": plan.gpu_layers,
        "device": plan.device,
        "projector_on": plan.projector_on.value,
        "expected_bytes": plan.expected_bytes,
        "expected_tokens_per_s": plan.expected_tokens_per_s,
        "expected_prompt_s": plan.expected_prompt_s,
        "expected_screenshot_s": plan.expected_screenshot_s,
        "reason": plan.reason,
        "next_better": plan.next_better,
    }


def plan_in_words(plan: LoadPlan) -> list[str]:
    """The same for people."""
    layers = "all layers" if plan.gpu_layers < 0 else f"{plan.gpu_layers} layers"
    place = f"{layers} on {plan.device}" if plan.device else "all on the processor"
    return [
        plan.reason,
        f"Context of {plan.context} tokens in {plan.kv_type.value}, {place}, pictures on the "
        f"{plan.projector_on.value.upper()}: {size_in_words(plan.expected_bytes)} of memory.",
        *_reading_in_words(plan),
        *([plan.next_better] if plan.next_better else []),
    ]


def _reading_in_words(plan: LoadPlan) -> list[str]:
    if plan.expected_prompt_s is None:
        return []
    sentence = f"It reads 1,000 tokens of text in about {rounded(plan.expected_prompt_s)} seconds"
    if plan.expected_screenshot_s is not None:
        sentence += f" and a screenshot in about {rounded(plan.expected_screenshot_s)} seconds"
    return [f"{sentence}."]


def _machine(arguments: PlanArguments) -> MachineReport:
    if arguments.machine is not None:
        return read_machine(load_recording(arguments.machine))
    if arguments.ram_bytes is not None:
        return hypothetical_machine(arguments.ram_bytes, arguments.vram_bytes)
    return look_at_this_computer()
