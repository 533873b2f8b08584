"""`sideglance hardware`: what this computer has, and what models can use of it."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app.cli.console import Console
from app.cli.this_computer import record_this_computer, report_of
from app.notifications.formatting import quoted, size_in_words
from app.notifications.hardware_messages import finding_in_words, findings_in_words
from app.notifications.notification import Notification
from runtime.hardware.recording import Recording, document_of
from runtime.hardware.report import (
    Battery,
    BuildDevice,
    GraphicsDevice,
    LlamaBuild,
    MachineReport,
    Memory,
    Processor,
)
from runtime.safe_file import replace_file

# Who tells what is in a report without a source of its own.
SYSTEM = "the system"
LOOKED = 0
NOT_RECORDED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareArguments:
    """Say what this computer has.

    Attributes:
        recording: where to keep what was found, for others to look at; None keeps nothing
        as_json: one JSON object in place of sentences
    """

    recording: Path | None
    as_json: bool

    def run(self) -> int:
        """Do it; returns the exit code."""
        return run_hardware(self)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be written after `sideglance hardware`."""
    parser.description = (
        "Say what this computer has, each figure with its source, and what the "
        "installed llama.cpp can use of it."
    )
    parser.epilog = "Exit codes: 0 done, 2 wrong usage, 4 the recording could not be written."
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write what was found to a new file, for a bug report or `plan --machine`",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def read_arguments(
    _parser: argparse.ArgumentParser, options: argparse.Namespace
) -> HardwareArguments:
    """What was asked for."""
    return HardwareArguments(recording=options.record, as_json=options.json)


def machine_in_lines(report: MachineReport) -> Iterator[str]:
    """All of a report: the computer first, then what llama.cpp can use, then what to know."""
    yield f"System: {report.system} ({SYSTEM})"
    yield f"Processor: {_processor(report.processor)}"
    yield f"RAM: {_memory(report.ram)}"
    disk = _memory(report.disk) if report.disk else "cannot be reached"
    yield f"Disk of the models folder: {disk}"
    yield f"Battery: {_battery(report.battery)}"
    yield "Graphics devices of this computer:"
    for device in report.devices:
        yield from _device(device)
    if not report.devices:
        yield "  none"
    yield "What the installed llama.cpp can use:"
    yield from _build(report.build)
    yield "How fast it is for models:"
    yield from _speeds(report)
    yield "To know:"
    sentences = list(findings_in_words(report))
    yield from (f"  {sentence}" for sentence in sentences or ["Nothing unusual was found."])


def recorded_in_words(path: Path) -> str:
    """A recording was written."""
    return f"Recorded in {path}. It can be sent with a report, and used with plan --machine."


def recording_exists(path: Path) -> Notification:
    """There is a file already where a recording should go."""
    return Notification(
        title=f"{quoted(path.name)} is there already and was not changed.",
        explanation="Name a new file, or delete that one first.",
    )


def recording_unwritable(path: Path) -> Notification:
    """A recording cannot be written there."""
    return Notification(
        title=f"{quoted(path.name)} cannot be written.",
        explanation="Name a file in a folder that you may write to.",
    )


def _processor(processor: Processor) -> str:
    cores = _count(processor.physical_cores, "core")
    threads = _count(processor.logical_cores, "thread")
    features = ", ".join(processor.features) or "none of AVX2, AVX-512, NEON"
    return f"{processor.name}, {processor.architecture}, {cores}, {threads}, {features} ({SYSTEM})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _memory(memory: Memory) -> str:
    if not memory.total_bytes:
        return "not known"
    free = "free not known"
    if memory.free_bytes is not None:
        free = f"{size_in_words(memory.free_bytes)} free"
    source = f" ({memory.source})" if memory.source else ""
    return f"{size_in_words(memory.total_bytes)}, {free}{source}"


def _battery(battery: Battery | None) -> str:
    if battery is None:
        return "none"
    plug = "plugged in" if battery.plugged_in else "not plugged in"
    return f"{battery.percent} %, {plug} ({SYSTEM})"


def _device(device: GraphicsDevice) -> Iterator[str]:
    address = f", at {device.address}" if device.address else ""
    yield f"  {device.name}, {device.kind.value}, {device.driver or 'driver not known'}{address}"
    if device.dedicated is not None:
        yield f"    memory of its own: {_memory(device.dedicated)}"
    if device.shared is not None:
        yield f"    shared memory: {_memory(device.shared)}"
    if device.dedicated is None and device.shared is None:
        yield "    memory: not known"


def _build(build: LlamaBuild) -> Iterator[str]:
    yield f"  backends: {', '.join(build.backends) or 'not known'}"
    for device in build.devices:
        yield f"  {_build_device(device)}"
    if build.backends and not build.devices:
        yield "  no graphics device; models run on the processor"


def _speeds(report: MachineReport) -> Iterator[str]:
    for name, speed in report.speeds.items():
        gigabytes, billions = speed.bytes_per_s / 1e9, speed.operations_per_s / 1e9
        yield (
            f"  {name or 'processor'}: reads {gigabytes:.0f} GB and computes {billions:,.0f} "
            "billion operations a second (measured)"
        )
    if not report.speeds:
        yield "  not measured; what such devices usually do is assumed"


def _build_device(device: BuildDevice) -> str:
    address = f", at {device.address}" if device.address else ""
    memory = _memory(device.memory) if device.memory else "memory not known"
    return f"{device.name}: {device.description}, {device.kind.value}{address}, {memory}"


def run_hardware(arguments: HardwareArguments, console: Console | None = None) -> int:
    """Look and say it; returns the exit code."""
    console = console or Console()
    path = arguments.recording
    # Looking takes seconds: what will not go well is said before.
    if path is not None and (path.exists() or path.is_symlink()):
        console.notification(recording_exists(path))
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
        console.notification(recording_unwritable(path))
        return NOT_RECORDED
    if not arguments.as_json:
        console.piece(recorded_in_words(path))
        console.end_line()
    return LOOKED
