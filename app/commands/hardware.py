"""`sideglance hardware`: what this computer has, and what models can use of it."""

import json
from dataclasses import asdict
from pathlib import Path

from app.cli_hardware import HardwareArguments
from app.commands.console import Console
from app.commands.hardware_words import (
    SYSTEM,
    machine_in_lines,
    recorded_in_words,
    recording_exists,
    recording_unwritable,
)
from app.commands.this_computer import record_this_computer, report_of
from app.finding_words import finding_in_words
from app.safe_file import replace_file
from runtime.hardware.recording import Recording, document_of
from runtime.hardware.report import MachineReport

LOOKED = 0
NOT_RECORDED = 4


def run_hardware(arguments: HardwareArguments, console: Console | None = None) -> int:
    """Look and say it; returns the exit code."""
    console = console or Console()
    path = arguments.recording
    # Looking takes seconds: what will not go well is said before.
    if path is not None and (path.exists() or path.is_symlink()):
        console.notice(recording_exists(path))
        return NOT_RECORDED
    recording = record_this_computer()
    _say(arguments, report_of(recording), console)
    if path is None:
        return LOOKED
    return _keep(arguments, recording, path, console)


def hardware_record(report: MachineReport) -> dict[str, object]:
    """What `--json` prints; scripts rely on these names, so each is written down here."""
    return {
        "system": report.system,
        "processor": {**asdict(report.processor), "source": SYSTEM},
        "ram": asdict(report.ram),
        "disk": report.disk and asdict(report.disk),
        "battery": report.battery and {**asdict(report.battery), "source": SYSTEM},
        "devices": [asdict(device) for device in report.devices],
        "llama_cpp": {
            "backends": list(report.build.backends),
            "devices": [asdict(device) for device in report.build.devices],
        },
        "speeds": {name: asdict(speed) for name, speed in report.speeds.items()},
        "findings": [
            {**asdict(finding), "text": finding_in_words(finding, report)}
            for finding in report.findings
        ],
    }


def _say(arguments: HardwareArguments, report: MachineReport, console: Console) -> None:
    if arguments.as_json:
        console.record(hardware_record(report))
        return
    for line in machine_in_lines(report):
        console.piece(line)
        console.end_line()


def _keep(arguments: HardwareArguments, recording: Recording, path: Path, console: Console) -> int:
    content = json.dumps(document_of(recording), indent=1)
    try:
        replace_file(path, content.encode())
    except OSError:
        console.notice(recording_unwritable(path))
        return NOT_RECORDED
    if not arguments.as_json:
        console.piece(recorded_in_words(path))
        console.end_line()
    return LOOKED
