"""Reads system, processor, memory, battery and disk: pure."""

import re

from runtime.hardware.readers.recorded_values import (
    ReaderNotes,
    entries,
    fields,
    lines,
    number,
    text,
)
from runtime.hardware.recording import Recording
from runtime.hardware.report import Battery, Memory, Processor

_FIRST_WINDOWS_11 = 22000
_ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}
_CPU_TYPE = 0


def read_system(recording: Recording) -> str:
    """The system's name for people."""
    known = fields(recording.output("system"))
    name, release = text(known.get("system")), text(known.get("release"))
    if name == "Darwin":
        return f"macOS {text(known.get('mac_version'))}".strip()
    if name == "Windows":
        build = number(text(known.get("version")).rpartition(".")[2])
        # Windows 11 calls itself 10 to programs that do not know it.
        if release == "10" and build is not None and build >= _FIRST_WINDOWS_11:
            release = "11"
        return f"Windows {release}".strip()
    short = re.match(r"\d+\.\d+", release)
    return f"{name or recording.system} {short[0] if short else release}".strip()


def read_ram(recording: Recording, notes: ReaderNotes) -> Memory:
    """Total and available RAM.

    What ggml says is free for the CPU is the total, so only its total is used, and only where
    nobody else knows.
    """
    known = fields(fields(recording.output("system")).get("memory"))
    total, available = number(known.get("total")), number(known.get("available"))
    found = notes.memory("RAM", "the system", total, available)
    if found is not None:
        return found
    for device in entries(fields(recording.output("ggml")).get("devices")):
        if number(device.get("type")) == _CPU_TYPE:
            found = notes.memory("RAM", "llama.cpp", number(device.get("total")), None)
    return found or Memory(total_bytes=0, free_bytes=0, source="")


def read_disk(recording: Recording, notes: ReaderNotes) -> Memory | None:
    """Space on the disk of the models folder."""
    known = fields(recording.output("disk"))
    total, free = number(known.get("total")), number(known.get("free"))
    # A pool of disks in a network is larger than any memory.
    return notes.memory("the disk", "the system", total, free, most=1 << 60)


def read_battery(recording: Recording) -> Battery | None:
    """Charge and plug; psutil does not always know the plug."""
    known = fields(recording.output("battery"))
    percent = number(known.get("percent"))
    if percent is None:
        return None
    return Battery(percent=min(percent, 100), plugged_in=known.get("power_plugged") is not False)


def read_processor(recording: Recording) -> Processor:
    """Name, cores and what matters to ggml."""
    known = fields(recording.output("system"))
    cores = fields(known.get("cores"))
    machine = text(known.get("machine")).lower()
    architecture = _ARCHITECTURES.get(machine, machine or "unknown")
    name, features = _name_and_features(recording)
    if recording.system == "darwin" and "NEON" in features:
        # A program built for Intel is told of an Intel processor.
        architecture = "arm64"
    if architecture == "arm64" and "NEON" not in features:
        # Part of every 64-bit ARM.
        features = (*features, "NEON")
    logical = number(cores.get("logical")) or 1
    return Processor(
        name=name or "unknown processor",
        architecture=architecture,
        physical_cores=min(number(cores.get("physical")) or logical, logical),
        logical_cores=logical,
        features=features,
    )


def _name_and_features(recording: Recording) -> tuple[str, tuple[str, ...]]:
    if recording.system == "win32":
        known = fields(recording.output("processor"))
        present = fields(known.get("features"))
        flags = {name for name, value in present.items() if value is True}
        return text(known.get("name")), _features(flags)
    if recording.system == "darwin":
        values = sysctl_values(recording)
        leaf = set(values.get("machdep.cpu.leaf7_features", "").split())
        if values.get("hw.optional.arm64") == "1":
            leaf.add("NEON")
        name = values.get("machdep.cpu.brand_string", "")
        return "Apple silicon" if name.startswith("VirtualApple") else name, _features(leaf)
    values = _keyed(lines(recording.output("cpuinfo")))
    flags = set(f"{values.get('flags', '')} {values.get('Features', '')}".split())
    return values.get("model name", values.get("Model", "")), _features(flags)


def sysctl_values(recording: Recording) -> dict[str, str]:
    """What sysctl wrote, by name."""
    return _keyed(lines(fields(recording.output("sysctl")).get("stdout")))


def _keyed(written: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in written)
    return {key.strip(): " ".join(value.split()) for key, _, value in pairs}


def _features(flags: set[str]) -> tuple[str, ...]:
    lower = {flag.lower() for flag in flags}
    found = (
        ("AVX2", {"avx2"}),
        ("AVX-512", {"avx512f"}),
        ("NEON", {"asimd", "neon"}),
    )
    return tuple(name for name, any_of in found if lower & any_of)
