"""What loading models taught us about this machine, and how it is kept in one file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import TypeVar, get_args, get_type_hints

from app.model_manager.model_options import ModelKey
from app.platform import log
from app.platform.paths import Paths
from runtime.hardware.readers.llama_devices import read_speeds
from runtime.hardware.report import DeviceSpeed, MachineReport
from runtime.models.load_plan import LoadPlan
from runtime.safe_file import file_failure, replace_file

T = TypeVar("T")

_FORMAT = 1
# A cache must not grow for ever.
_MOST_KEPT = 50
# Beyond these it was something else that was measured, such as a computer that slept.
_LEAST_PACE, _MOST_PACE = 0.1, 10.0
_NEWEST_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A load, as it was expected and as it was.

    Attributes:
        device: ggml's name; "" for the CPU
        expected_bytes: by our estimate
        allocated_bytes: as llama.cpp reported it
    """

    model: str
    quantisation: str
    context: int
    kv_type: str
    gpu_layers: int
    device: str
    expected_bytes: int
    allocated_bytes: int

    @property
    def difference_percent(self) -> float:
        """How much more was allocated than expected, in percent of what was expected."""
        if not self.expected_bytes:
            return 0.0
        return (self.allocated_bytes / self.expected_bytes - 1) * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """All that is remembered.

    Attributes:
        plans: what loaded after a first plan had not, by `plan_key`
        paces: how fast models wrote, as a share of what was expected, by `pace_key`
        reading_paces: how fast they read prompts, likewise
        comparison: the newest load, None before the first
        speeds: what devices did when they were measured, by `machine_key` and ggml's name; a
            machine without any was measured in vain
    """

    plans: Mapping[str, LoadPlan] = field(default_factory=dict)
    paces: Mapping[str, float] = field(default_factory=dict)
    reading_paces: Mapping[str, float] = field(default_factory=dict)
    comparison: Comparison | None = None
    speeds: Mapping[str, Mapping[str, DeviceSpeed]] = field(default_factory=dict)


def machine_key(report: MachineReport) -> str:
    """Tells this machine from another, and from itself with another card or more RAM."""
    devices = sorted(
        f"{device.name}:{device.memory.total_bytes >> 20 if device.memory else 0}"
        for device in report.build.devices
    )
    return ";".join([f"ram:{report.ram.total_bytes >> 28}", *devices])


def plan_key(machine: str, model: str, quantisation: str) -> str:
    """What a plan is kept under."""
    return f"{machine}|{model}|{quantisation}"


def with_plan(measurements: Measurements, key: str, plan: LoadPlan) -> Measurements:
    """The same with one more plan, the oldest of too many left out."""
    return replace(measurements, plans=_with_newest(measurements.plans, key, plan))


def pace_key(machine: str, device: str, key: ModelKey) -> str:
    """What a pace is kept under."""
    return "|".join((machine, device, *key))


def with_pace(paces: Mapping[str, float], key: str, pace: float) -> Mapping[str, float]:
    """DraftBenefits with one more measurement; newer ones count more, since machines change."""
    pace = min(max(pace, _LEAST_PACE), _MOST_PACE)
    before = paces.get(key)
    if before is not None:
        pace = before + (pace - before) * _NEWEST_SHARE
    return _with_newest(paces, key, round(pace, 3))


def with_speeds(
    measurements: Measurements, machine: str, speeds: Mapping[str, DeviceSpeed]
) -> Measurements:
    """The same with a machine that was measured."""
    return replace(measurements, speeds=_with_newest(measurements.speeds, machine, speeds))


def likely_pace(paces: Mapping[str, float], *, machine: str, device: str, key: ModelKey) -> float:
    """What share of an expected speed to believe, by what was measured here.

    Args:
        paces: the measurements
        machine: as `machine_key` says
        device: ggml's name, "" for the CPU
        key: the model; where it was never measured, the others of the device speak for it
    """
    pace = paces.get(pace_key(machine, device, key))
    if pace is not None:
        return pace
    others = [value for name, value in paces.items() if name.startswith(f"{machine}|{device}|")]
    return median(others) if others else 1.0


def _with_newest(kept: Mapping[str, T], key: str, value: T) -> dict[str, T]:
    """The same with one more, the oldest of too many left out."""
    others = [(name, each) for name, each in kept.items() if name != key]
    return {**dict(others[-(_MOST_KEPT - 1) :]), key: value}


def measurements_file(paths: Paths) -> Path:
    """Where it is kept."""
    return paths.cache / "models" / "learnt.json"


def load_measurements(path: Path) -> Measurements:
    """Read what was measured; what cannot be used is forgotten, as it can be measured again."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Measurements()
    except (OSError, ValueError, RecursionError) as error:
        log.jobs.info("measurements cannot be read: %s", type(error).__name__)
        return Measurements()
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        return Measurements()
    plans = content.get("plans")
    read = {
        key: plan
        for key, value in (plans.items() if isinstance(plans, dict) else ())
        if (plan := _read(LoadPlan, value)) is not None
    }
    speeds = content.get("speeds")
    return Measurements(
        plans=read,
        paces=_read_paces(content.get("paces")),
        reading_paces=_read_paces(content.get("reading_paces")),
        comparison=_read(Comparison, content.get("comparison")),
        speeds={
            key: read_speeds(value)
            for key, value in (speeds.items() if isinstance(speeds, dict) else ())
        },
    )


def save_measurements(path: Path, measurements: Measurements) -> None:
    """Write the file aside and put it in place in one step.

    Raises:
        RuntimeFailure: the disk is full or the file cannot be written
    """
    content = {
        "format": _FORMAT,
        "plans": {key: asdict(plan) for key, plan in measurements.plans.items()},
        "paces": dict(measurements.paces),
        "reading_paces": dict(measurements.reading_paces),
        "comparison": None if measurements.comparison is None else asdict(measurements.comparison),
        "speeds": {
            key: {device: asdict(speed) for device, speed in speeds.items()}
            for key, speeds in measurements.speeds.items()
        },
    }
    try:
        replace_file(path, json.dumps(content, indent=1).encode())
    except OSError as error:
        raise file_failure(error) from error


def _read_paces(value: object) -> dict[str, float]:
    return {
        key: float(pace)
        for key, pace in (value.items() if isinstance(value, dict) else ())
        if isinstance(pace, int | float) and _LEAST_PACE <= pace <= _MOST_PACE
    }


def _read(kind: type[T], value: object) -> T | None:
    """A flat value of this kind; None if anything about it is not as we write it."""
    if not isinstance(value, dict):
        return None
    hints = get_type_hints(kind)
    try:
        return kind(**{name: _take(value[name], hint) for name, hint in hints.items()})
    except (KeyError, ValueError):
        return None


def _take(value: object, hint: type) -> object:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(str(value))
    kinds = get_args(hint) or (hint,)
    # Exactly, because True would pass for a number; a whole number is one with a point as well.
    if type(value) in kinds or (type(value) is int and float in kinds):
        return value
    raise ValueError
