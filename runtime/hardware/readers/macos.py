"""Reads the graphics devices of a Mac: pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from runtime.hardware.device_matching import is_metal
from runtime.hardware.readers.basics import sysctl_values
from runtime.hardware.readers.recorded_values import ReaderNotes, entries, fields, number, text
from runtime.hardware.recording import Recording
from runtime.hardware.report import BuildDevice, DeviceKind, GraphicsDevice, Memory, Vendor

_MEBIBYTE = 1 << 20
_GIBIBYTE = 1 << 30
# From this much RAM on, Metal may use three quarters; below, two thirds (facts §7b).
_LARGE_RAM = 36 * _GIBIBYTE
# Which of them there is depends on the system; the last is that of processors with graphics.
_AMOUNTS = ("spdisplays_vram", "_spdisplays_vram", "spdisplays_vram_shared")


def read_macos(
    recording: Recording, notes: ReaderNotes, build: tuple[BuildDevice, ...], ram: Memory
) -> tuple[GraphicsDevice, ...]:
    """Those that system_profiler names, or where it did not answer those that Metal does."""
    document = fields(recording.output("system_profiler"))
    metal = tuple(device for device in build if is_metal(device.name))
    named = tuple(
        _device(recording, known, notes, metal, ram)
        for known in entries(document.get("SPDisplaysDataType"))
    )
    return named or tuple(_as_metal_says(device, ram) for device in metal)


def _device(
    recording: Recording,
    known: Mapping[str, object],
    notes: ReaderNotes,
    metal: tuple[BuildDevice, ...],
    ram: Memory,
) -> GraphicsDevice:
    name = _name(text(known.get("sppci_model")) or text(known.get("_name")))
    vendor = _vendor(name, text(known.get("spdisplays_vendor")))
    device = GraphicsDevice(name=name, vendor=vendor, kind=DeviceKind.INTEGRATED)
    if vendor is Vendor.APPLE:
        return replace(device, shared=_working_set(recording, name, notes, metal, ram))
    amount = next((found for key in _AMOUNTS if (found := _amount(text(known.get(key))))), None)
    memory = notes.memory(name, "system_profiler", amount, None)
    if vendor in (Vendor.AMD, Vendor.NVIDIA):
        return replace(device, kind=DeviceKind.DISCRETE, dedicated=memory)
    return replace(device, shared=memory)


def _as_metal_says(device: BuildDevice, ram: Memory) -> GraphicsDevice:
    memory = replace(device.memory, source="Metal") if device.memory is not None else None
    is_card = device.kind is DeviceKind.DISCRETE
    return GraphicsDevice(
        name=device.description,
        vendor=_vendor(device.description, ""),
        kind=device.kind,
        dedicated=memory if is_card else None,
        shared=None if is_card else memory or _usual_share(ram),
    )


def _working_set(
    recording: Recording,
    name: str,
    notes: ReaderNotes,
    metal: tuple[BuildDevice, ...],
    ram: Memory,
) -> Memory | None:
    """What Metal lets programs use, in its own words, or as it is set, or as it is usual."""
    most = ram.total_bytes or 8 << 40
    found = metal[0].memory if metal else None
    if found is not None:
        found = notes.memory(name, "Metal", found.total_bytes, found.free_bytes, most)
    limit = number(sysctl_values(recording).get("iogpu.wired_limit_mb"))
    # 0 is how macOS says that nobody set it.
    if found is None and limit:
        found = notes.memory(name, "iogpu.wired_limit_mb", limit * _MEBIBYTE, None, most)
    return found or _usual_share(ram)


def _usual_share(ram: Memory) -> Memory | None:
    large = ram.total_bytes >= _LARGE_RAM
    usual = ram.total_bytes * 3 // 4 if large else ram.total_bytes * 2 // 3
    return Memory(total_bytes=usual, source="the usual share of RAM") if usual else None


def _name(name: str) -> str:
    # "kHW_AppleM1Item" and "kHW_IntelIris6100Item" on some systems.
    raw = re.fullmatch(r"kHW_(\w+)Item", name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)", " ", raw[1]) if raw else name


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
