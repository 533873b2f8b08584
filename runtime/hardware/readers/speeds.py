"""Reads what devices did when they were measured: pure."""

import math
from collections.abc import Mapping

from runtime.hardware.readers.raw import fields
from runtime.hardware.report import DeviceSpeed

# From a machine of twenty years ago to more than any that is sold.
_LEAST_BYTES, _MOST_BYTES = 1e8, 1e14
_LEAST_OPERATIONS, _MOST_OPERATIONS = 1e8, 1e17


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
