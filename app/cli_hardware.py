"""What may be written after `sideglance hardware`."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareArguments:
    """Say what this computer has.

    Attributes:
        recording: where to keep what was found, for others to look at; None keeps nothing
        as_json: one JSON object in place of sentences
    """

    recording: Path | None
    as_json: bool


def add_hardware(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `hardware`."""
    hardware = commands.add_parser(
        "hardware",
        help="say what this computer has, and what models can use of it",
        description="Say what this computer has, each figure with its source, and what the "
        "installed llama.cpp can use of it.",
        epilog="Exit codes: 0 done, 2 wrong usage, 4 the recording could not be written.",
        allow_abbrev=False,
    )
    hardware.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write what was found to a new file, for a bug report or `plan --machine`",
    )
    hardware.add_argument("--json", action="store_true", help="print one JSON object")


def hardware_arguments(options: argparse.Namespace) -> HardwareArguments:
    """What was asked for."""
    return HardwareArguments(recording=options.record, as_json=options.json)
