"""Reads the graphics devices of a Mac: pure."""

import re
from collections.abc import Iterator, Mapping

from runtime.hardware.readers.basics import sysctl_values
from runtime.hardware.readers.notes import Notes
from runtime.hardware.readers.raw import entries, fields, number, text
from runtime.hardware.recording import Recording
from runtime.hardware.report import BuildDevice, DeviceKind, GraphicsDevice, Memory, Vendor

_MEBIBYTE = 1 << 20
_GIBIBYTE = 1 << 30
# Above this much RAM, Metal may use three quarters; below, two thirds (facts §7b).
_LARGE_RAM = 36 * _GIBIBYTE


def read_macos(
    recording: Recording, notes: Notes, build: tuple[BuildDevice, ...], ram: Memory
) -> tuple[GraphicsDevice, ...]:
    """Those that system_profiler names."""
    document = fields(recording.output("system_profiler"))
    return tuple(
        _device(recording, known, notes, build, ram)
        for known in entries(document.get("SPDisplaysDataType"))
    )


def _device(
    recording: Recording,
    known: Mapping[str, object],
    notes: Notes,
    build: tuple[BuildDevice, ...],
    ram: Memory,
) -> GraphicsDevice:
    name = _name(text(known.get("sppci_model")) or text(known.get("_name")))
    vendor = _vendor(name, text(known.get("spdisplays_vendor")))
    if vendor is Vendor.APPLE:
        return GraphicsDevice(
            name=name,
            vendor=vendor,
            kind=DeviceKind.INTEGRATED,
            shared=_working_set(recording, name, notes, build, ram),
        )
    dedicated = _amount(text(known.get("spdisplays_vram")))
    return GraphicsDevice(
        name=name,
        vendor=vendor,
        kind=DeviceKind.DISCRETE if vendor is Vendor.AMD else DeviceKind.INTEGRATED,
        dedicated=notes.memory(name, "system_profiler", dedicated, None),
    )


def _working_set(
    recording: Recording,
    name: str,
    notes: Notes,
    build: tuple[BuildDevice, ...],
    ram: Memory,
) -> Memory | None:
    """What Metal lets programs use, in its own words, or as it is set, or as it is usual."""
    for device in build:
        if device.name.startswith(("MTL", "Metal")) and device.memory is not None:
            memory = device.memory
            return notes.memory(
                name, "Metal", memory.total_bytes, memory.free_bytes, ram.total_bytes or 8 << 40
            )
    limit = number(sysctl_values(recording).get("iogpu.wired_limit_mb"))
    if limit:
        return notes.memory(
            name, "iogpu.wired_limit_mb", limit * _MEBIBYTE, None, ram.total_bytes or 8 << 40
        )
    usual = ram.total_bytes * 3 // 4 if ram.total_bytes > _LARGE_RAM else ram.total_bytes * 2 // 3
    return Memory(total_bytes=usual, source="the usual share of RAM") if usual else None


def _name(name: str) -> str:
    # "kHW_AppleM1Item" in the first systems for Apple silicon.
    raw = re.fullmatch(r"kHW_Apple(\w+)Item", name)
    return f"Apple {raw[1]}" if raw else name


def _vendor(name: str, vendor: str) -> Vendor:
    words = f"{name} {vendor}".lower()
    for mark, found in _marks():
        if mark in words:
            return found
    return Vendor.OTHER


def _marks() -> Iterator[tuple[str, Vendor]]:
    yield "apple", Vendor.APPLE
    yield "amd", Vendor.AMD
    yield "radeon", Vendor.AMD
    yield "0x1002", Vendor.AMD
    yield "intel", Vendor.INTEL
    yield "nvidia", Vendor.NVIDIA


def _amount(words: str) -> int | None:
    """Bytes of "4 GB" or "1536 MB"."""
    found = re.fullmatch(r"(\d{1,9}) (MB|GB)", words)
    if not found:
        return None
    return int(found[1]) * (_GIBIBYTE if found[2] == "GB" else _MEBIBYTE)
