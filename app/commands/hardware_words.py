"""Puts what a computer has in lines for a terminal: pure."""

from collections.abc import Iterator
from pathlib import Path

from app.finding_words import findings_in_words
from app.notices import Notice
from app.words import quoted, size_in_words
from runtime.hardware.report import (
    Battery,
    BuildDevice,
    GraphicsDevice,
    LlamaBuild,
    MachineReport,
    Memory,
    Processor,
)

# Who tells what is in a report without a source of its own.
SYSTEM = "the system"


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


def recording_exists(path: Path) -> Notice:
    """There is a file already where a recording should go."""
    return Notice(
        title=f"{quoted(path.name)} is there already and was not changed.",
        explanation="Name a new file, or delete that one first.",
    )


def recording_unwritable(path: Path) -> Notice:
    """A recording cannot be written there."""
    return Notice(
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
