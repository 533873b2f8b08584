"""Reads the graphics devices of a Windows machine: pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from runtime.hardware.readers.nvidia import NvidiaReport
from runtime.hardware.readers.pci_ids import kind_of, vendor_of
from runtime.hardware.readers.recorded_values import ReaderNotes, entries, fields, number, text
from runtime.hardware.recording import Recording
from runtime.hardware.report import DeviceKind, GraphicsDevice, Memory, Rejection, Vendor

_SOFTWARE = 2  # DXGI_ADAPTER_FLAG_SOFTWARE
_GIBIBYTE = 1 << 30
_QUAD, _DOUBLE = "HardwareInformation.qwMemorySize", "HardwareInformation.MemorySize"
# 32-bit fields stop at 4 GiB less a megabyte, or at 2 GiB less a page.
_FULL = frozenset({0xFFF00000, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFFFFF, 0xFFFFF000})


def read_windows(
    recording: Recording, notes: ReaderNotes, nvidia: NvidiaReport, ram: Memory
) -> tuple[GraphicsDevice, ...]:
    """Those that DXGI names, else those in the registry; NVIDIA's in their driver's words."""
    registry = tuple(_in_registry(recording, notes))
    devices = _without_echoes(_adapters(recording, notes, ram), registry)
    for index, device in enumerate(devices):
        entry = next((entry for entry in registry if entry.name == device.name), None)
        if entry is None:
            continue
        if device.kind is DeviceKind.DISCRETE:
            notes.compare(device.name, device.dedicated, entry.dedicated, percent=10)
        dedicated = device.dedicated or entry.dedicated
        devices[index] = replace(device, driver=entry.driver, dedicated=dedicated)
    return _in_the_drivers_words(devices or list(registry), nvidia, notes)


def _without_echoes(
    devices: Iterable[GraphicsDevice], registry: tuple[GraphicsDevice, ...]
) -> list[GraphicsDevice]:
    """No more of a name than the registry has: DXGI can list a device twice."""
    kept: list[GraphicsDevice] = []
    for device in devices:
        installed = sum(entry.name == device.name for entry in registry)
        if not installed or sum(each.name == device.name for each in kept) < installed:
            kept.append(device)
    return kept


def _in_the_drivers_words(
    devices: list[GraphicsDevice], nvidia: NvidiaReport, notes: ReaderNotes
) -> tuple[GraphicsDevice, ...]:
    spoken, known = list(nvidia.devices), list[GraphicsDevice]()
    # The registry remembers cards that were taken out long ago.
    names_all = bool(nvidia.devices) and not nvidia.is_broken
    for device in devices:
        word = next((word for word in spoken if word.name == device.name), None)
        if word is not None:
            spoken.remove(word)
            notes.compare(device.name, word.dedicated, device.dedicated, percent=10)
            known.append(word)
        elif not (names_all and device.vendor is Vendor.NVIDIA):
            known.append(device)
    return (*known, *spoken)


def _adapters(recording: Recording, notes: ReaderNotes, ram: Memory) -> Iterator[GraphicsDevice]:
    for known in entries(recording.output("dxgi")):
        vendor = vendor_of(number(known.get("VendorId")))
        if vendor is None or (number(known.get("Flags")) or 0) & _SOFTWARE:
            continue
        name = text(known.get("Description"))
        kind = kind_of(vendor, number(known.get("DeviceId")), name)
        local = fields(known.get("Local"))
        budget, usage = number(local.get("Budget")), number(local.get("CurrentUsage"))
        free = None if budget is None or usage is None else max(budget - usage, 0)
        device = GraphicsDevice(name=name, vendor=vendor, kind=kind)
        dedicated = number(known.get("DedicatedVideoMemory"))
        if kind is DeviceKind.DISCRETE:
            memory = notes.memory(name, "DXGI", dedicated, free)
            yield replace(device, dedicated=memory)
            continue
        yield replace(
            device,
            dedicated=_carve_out(notes, name, vendor, dedicated),
            shared=notes.memory(
                name,
                "DXGI",
                number(known.get("SharedSystemMemory")) or None,
                None,
                ram.total_bytes or 8 << 40,
            ),
        )


def _carve_out(
    notes: ReaderNotes, name: str, vendor: Vendor, dedicated: int | None
) -> Memory | None:
    # None at all is what processors with graphics have by right.
    if not dedicated:
        return None
    # Intel's drivers have called shared memory dedicated; AMD's carve-outs are real.
    most = _GIBIBYTE if vendor is not Vendor.AMD else 8 << 40
    return notes.memory(name, "DXGI", dedicated, None, most)


def _in_registry(recording: Recording, notes: ReaderNotes) -> Iterator[GraphicsDevice]:
    for known in entries(recording.output("display_classes")):
        vendor_id, device_id = _numbers(text(known.get("MatchingDeviceId")))
        vendor = vendor_of(vendor_id)
        if vendor is None:
            continue
        name = text(known.get("DriverDesc"))
        kind = kind_of(vendor, device_id, name)
        dedicated = _registry_memory(known, name, notes) if kind is DeviceKind.DISCRETE else None
        version = text(known.get("DriverVersion"))
        yield GraphicsDevice(
            name=name,
            vendor=vendor,
            kind=kind,
            dedicated=dedicated,
            driver=f"{text(known.get('ProviderName'))} {version}".strip(),
        )


def _registry_memory(known: Mapping[str, object], name: str, notes: ReaderNotes) -> Memory | None:
    total = _stored(known.get(_QUAD))
    if total is not None:
        return notes.memory(name, "the registry", total, None)
    total = _stored(known.get(_DOUBLE))
    if total in _FULL:
        notes.reject(name, "the registry", Rejection.CAPPED, (total,) if total else ())
        return None
    return notes.memory(name, "the registry", total, None)


def _stored(value: object) -> int | None:
    """A number as drivers store it: as such, or as its bytes, lowest first."""
    word = text(value)
    if word and len(word) in (8, 16):
        try:
            return int.from_bytes(bytes.fromhex(word), "little")
        except ValueError:
            return None
    return number(value)


def _numbers(matching: str) -> tuple[int | None, int | None]:
    """Vendor and device out of an id with VEN_10DE and DEV_2504 in it.

    Off the PCI bus, as Qualcomm's, the vendor is four letters; as a number they are DXGI's.
    """
    vendor, device = (matching.upper().partition(key)[2][:4] for key in ("VEN_", "DEV_"))
    if vendor.isascii() and vendor.isalpha() and number(f"0x{vendor}") is None:
        return int.from_bytes(vendor.encode(), "little"), number(f"0x{device}")
    return number(f"0x{vendor}"), number(f"0x{device}")
