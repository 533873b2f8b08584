"""Reads what the installed llama.cpp can use, and how fast it was when measured: pure."""

import math
import re
from collections.abc import Iterator, Mapping

from runtime.hardware.device_matching import is_metal
from runtime.hardware.readers.recorded_values import ReaderNotes, entries, fields, number, text
from runtime.hardware.recording import Recording
from runtime.hardware.report import BuildDevice, DeviceKind, DeviceSpeed, FindingKind, LlamaBuild

_GPU, _INTEGRATED = 1, 2
_SOFTWARE = re.compile(r"llvmpipe|lavapipe|softpipe|swiftshader|basic render|software", re.I)
# Mesa adds its own name for the chip: "AMD Radeon RX 7900 XTX (RADV NAVI31)".
_MESA = re.compile(r" \((?:RADV|ACO)[^)]*\)$")
_CARD_IN_A_MAC = re.compile(r"radeon|amd|nvidia", re.I)

# From a machine of twenty years ago to more than any that is sold.
_LEAST_BYTES, _MOST_BYTES = 1e8, 1e14
_LEAST_OPERATIONS, _MOST_OPERATIONS = 1e8, 1e17


def read_build(recording: Recording, notes: ReaderNotes) -> LlamaBuild:
    """Backends and the graphics devices they see; a CPU that poses as one is left out."""
    known = fields(recording.output("ggml"))
    raw = known.get("backends")
    backends = tuple(name for each in raw if (name := text(each))) if isinstance(raw, list) else ()
    return LlamaBuild(backends=backends, devices=tuple(_devices(known.get("devices"), notes)))


def _devices(raw: object, notes: ReaderNotes) -> Iterator[BuildDevice]:
    for known in entries(raw):
        kind = _kind(known)
        name = text(known.get("name"))
        if kind is None or not name:
            continue
        description = _MESA.sub("", text(known.get("description"))) or name
        if _SOFTWARE.search(description):
            notes.add(FindingKind.SOFTWARE_DEVICE, description)
            continue
        total, free = number(known.get("total")), number(known.get("free"))
        yield BuildDevice(
            name=name,
            description=description,
            kind=kind,
            memory=notes.memory(description, "llama.cpp", total, free),
            address=text(known.get("id")).lower(),
        )


def _kind(known: Mapping[str, object]) -> DeviceKind | None:
    number_ = number(known.get("type"))
    if number_ == _INTEGRATED:
        return DeviceKind.INTEGRATED
    if number_ != _GPU:
        return None
    # ggml calls Metal's devices GPU, though Apple's share the RAM.
    is_card = _CARD_IN_A_MAC.search(text(known.get("description")))
    shares = is_metal(text(known.get("name"))) and not is_card
    return DeviceKind.INTEGRATED if shares else DeviceKind.DISCRETE


def read_speeds(raw: object) -> Mapping[str, DeviceSpeed]:
    """Speeds by ggml's name, as far as they can be true."""
    return {
        str(name): speed
        for name, value in fields(raw).items()
        if (speed := _speed(fields(value))) is not None
    }


def _speed(known: Mapping[str, object]) -> DeviceSpeed | None:
    reading = _figure(known.get("bytes_per_s"), _LEAST_BYTES, _MOST_BYTES)
    computing = _figure(known.get("operations_per_s"), _LEAST_OPERATIONS, _MOST_OPERATIONS)
    if reading is None or computing is None:
        return None
    return DeviceSpeed(bytes_per_s=reading, operations_per_s=computing)


def _figure(value: object, least: float, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if least <= value <= most else None
