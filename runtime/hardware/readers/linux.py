"""Reads the graphics devices of a Linux machine: pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from runtime.hardware.readers.nvidia import NvidiaReport
from runtime.hardware.readers.pci_ids import kind_of, vendor_of
from runtime.hardware.readers.recorded_values import ReaderNotes, fields, number, text
from runtime.hardware.recording import Recording
from runtime.hardware.report import DeviceKind, GraphicsDevice, Memory, Vendor

_BRANDS = {Vendor.NVIDIA: "NVIDIA", Vendor.AMD: "AMD", Vendor.INTEL: "Intel"}
_GIBIBYTE = 1 << 30


def read_linux(
    recording: Recording, notes: ReaderNotes, nvidia: NvidiaReport, ram: Memory
) -> tuple[GraphicsDevice, ...]:
    """Those on the PCI bus, NVIDIA's in their driver's words, then those it alone knows."""
    devices = list(_on_the_bus(recording, notes, ram))
    spoken = list(nvidia.devices)
    for index, device in enumerate(devices):
        if device.vendor is Vendor.NVIDIA:
            word = next((word for word in spoken if word.address == device.address), None)
            if word is not None:
                spoken.remove(word)
                devices[index] = word
    # Under WSL the bus is empty and the driver answers all the same.
    return (*devices, *spoken)


def _on_the_bus(recording: Recording, notes: ReaderNotes, ram: Memory) -> Iterator[GraphicsDevice]:
    for address, raw in fields(recording.output("pci")).items():
        known = fields(raw)
        vendor = vendor_of(number(known.get("vendor")))
        if vendor is not None:
            yield _device(str(address), known, vendor, notes, ram)


def _device(
    address: str, known: Mapping[str, object], vendor: Vendor, notes: ReaderNotes, ram: Memory
) -> GraphicsDevice:
    device_id = number(known.get("device"))
    name = _name(known, vendor, device_id)
    device = GraphicsDevice(
        name=name,
        vendor=vendor,
        kind=kind_of(vendor, device_id, name),
        driver=text(known.get("driver")),
        address=address,
    )
    if vendor is not Vendor.AMD:
        return device
    dedicated = _pool(known, "vram", name, notes, 8 << 40)
    # A part of RAM: it can be no larger.
    shared = _pool(known, "gtt", name, notes, 2 * ram.total_bytes or 8 << 40)
    if _looks_shared(dedicated, shared):
        device = replace(device, kind=DeviceKind.INTEGRATED)
    if device.kind is DeviceKind.DISCRETE:
        shared = None
    return replace(device, dedicated=dedicated, shared=shared)


def _pool(
    known: Mapping[str, object], pool: str, name: str, notes: ReaderNotes, most: int
) -> Memory | None:
    total = number(known.get(f"mem_info_{pool}_total"))
    used = number(known.get(f"mem_info_{pool}_used"))
    free = None if total is None or used is None or used > total else total - used
    return notes.memory(name, f"mem_info_{pool}_total", total, free, most)


def _looks_shared(dedicated: Memory | None, shared: Memory | None) -> bool:
    """Whether a device of unknown number has a carve-out of RAM only."""
    if dedicated is None or shared is None:
        return False
    carve_out = dedicated.total_bytes
    return carve_out <= _GIBIBYTE and shared.total_bytes >= 8 * carve_out


def _name(known: Mapping[str, object], vendor: Vendor, device_id: int | None) -> str:
    brand = _BRANDS.get(vendor, "")
    listed = text(known.get("product_name")) or text(known.get("pci_ids"))
    # "GA106 [GeForce RTX 3060]": people know what stands in brackets.
    called = re.search(r"\[(.+)\]", listed)
    name = called[1] if called else listed
    if not name:
        return f"{brand} graphics device {device_id or 0:#06x}".strip()
    return name if name.lower().startswith(brand.lower()) else f"{brand} {name}"
