"""What may be written after `sideglance plan`."""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

_UNITS = {"": 30, "G": 30, "GB": 30, "GIB": 30, "M": 20, "MB": 20, "MIB": 20}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Z]*)")
_MOST_GIGABYTES = 4096


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


def add_plan(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `plan`."""
    plan = commands.add_parser(
        "plan",
        help="say which model fits a computer best",
        description="Say which model, quantisation and context would be chosen for this "
        "computer, for a recorded one, or for one with so much memory.",
        epilog="Exit codes: 0 a model was chosen, 2 wrong usage, 4 nothing fits or the computer "
        "cannot be looked at.",
        allow_abbrev=False,
    )
    plan.add_argument(
        "--machine",
        type=Path,
        metavar="FILE",
        help="a recording, as `sideglance hardware --record` writes it",
    )
    plan.add_argument("--ram", type=_size, metavar="SIZE", help='such as "16GB"')
    plan.add_argument(
        "--vram", type=_size, metavar="SIZE", help='of a graphics card, such as "8GB"; needs --ram'
    )
    plan.add_argument("--json", action="store_true", help="print one JSON object")


def plan_arguments(parser: argparse.ArgumentParser, options: argparse.Namespace) -> PlanArguments:
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
