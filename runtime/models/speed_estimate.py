"""How fast a model will be on a device, from what the device can do: pure."""

import re
from dataclasses import dataclass

from runtime.hardware.device_matching import is_metal
from runtime.hardware.memory_budget import Budget
from runtime.hardware.report import DeviceKind, DeviceSpeed, MachineReport, Processor
from runtime.models.memory_estimate import MemoryEstimate, ModelBytes

# Tokens of a screenshot of 1920 x 1080 pixels.
SCREENSHOT_TOKENS = 2040
# Operations of the vision tower for one patch: two for each of its weights.
_PATCHES_PER_TOKEN = 4
_GIGA = 1e9

# Discrete cards by their memory, in GiB: what the slower ones sold with so much of it do.
# Bandwidths from the makers' data sheets (GTX 1050 Ti 112, GTX 1660 192, RTX 3050 224,
# RTX 4060 272, RTX 3060 360, RTX 4060 Ti 288, RTX 3090 936 GB/s); 65 % of it is reached.
_DISCRETE = (
    (2.5, 80, 1.0),
    (4.5, 112, 2.0),
    (6.5, 192, 4.0),
    (8.5, 256, 7.0),
    (12.5, 330, 10.0),
    (16.5, 380, 14.0),
    (24.5, 850, 25.0),
    (1024, 900, 30.0),
)
_REACHED = 0.65
# Apple's chips by name: M1 68 GB/s, M4 120; Pro 200, Max 400, Ultra 800 (Apple's data sheets).
_APPLE = (("ultra", 800, 18.0), ("max", 400, 10.0), ("pro", 200, 5.0), ("", 90, 2.5))
_WIDE_SHARED = re.compile(r"strix halo|80[56]0s|gb10", re.I)
_WIDE_BYTES, _WIDE_OPERATIONS = 256, 10.0
# Two channels of DDR4 or DDR5, of which one model sees about half.
_RAM_BYTES = 28
# Measured on two AVX-512 cores: 113 billion operations a second and core; half with AVX2.
_CORE_OPERATIONS = {"AVX-512": 90, "AVX2": 40, "NEON": 40}
_PLAIN_CORE_OPERATIONS = 10
_MOST_USEFUL_CORES = 12
# By name; of what the makers' data sheets say for f16 (780M 8.3, 680M 6.8, Iris Xe 4.1 trillion
# operations a second) Vulkan reaches about a quarter.
_INTEGRATED = (
    (re.compile(r"\b[78][4-9]0M\b|\bArc\b", re.I), 2.0),
    (re.compile(r"\b6[68]0M\b", re.I), 1.5),
    (re.compile(r"\bIris Xe\b|\bVega\b", re.I), 0.8),
)
_PLAIN_INTEGRATED_OPERATIONS = 0.4
# What a model gets of what `micro_benchmark` measures. On two AVX-512 cores of 39 GB and 221
# billion operations a second the 0.8B at Q8_0 wrote with 0.66 and read with 0.93 of it, the 2B
# with 0.74 and 0.96.
_WRITING_SHARE = 0.65
_READING_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedEstimate:
    """What a person will wait for.

    Attributes:
        tokens_per_s: while an answer is written
        prompt_s: for 1,000 tokens of prompt
        screenshot_s: for a screenshot of 1920 x 1080 pixels
    """

    tokens_per_s: float
    prompt_s: float
    screenshot_s: float


def device_speed(budget: Budget, report: MachineReport) -> DeviceSpeed:
    """What a device does for a model: by measurement, else what its kind usually does."""
    measured = report.speeds.get(budget.device)
    if measured is None:
        return usual_speed(budget, report.processor)
    return DeviceSpeed(
        bytes_per_s=measured.bytes_per_s * _WRITING_SHARE,
        operations_per_s=measured.operations_per_s * _READING_SHARE,
    )


def usual_speed(budget: Budget, processor: Processor) -> DeviceSpeed:
    """What a device of this kind usually does for a model, where nothing was measured."""
    if budget.kind is None:
        return _processor_speed(processor)
    if budget.kind is DeviceKind.DISCRETE:
        size = budget.total_bytes / (1 << 30)
        _most, gigabytes, tera = next(row for row in _DISCRETE if size <= row[0])
        return _speed(gigabytes * _REACHED, tera)
    if "apple" in budget.name.lower() or is_metal(budget.device):
        _name, gigabytes, tera = next(row for row in _APPLE if row[0] in budget.name.lower())
        return _speed(gigabytes * _REACHED, tera)
    if _WIDE_SHARED.search(budget.name):
        return _speed(_WIDE_BYTES * _REACHED, _WIDE_OPERATIONS)
    tera = next(
        (tera for names, tera in _INTEGRATED if names.search(budget.name)),
        _PLAIN_INTEGRATED_OPERATIONS,
    )
    return _speed(_RAM_BYTES, tera)


def expected_speed(
    model: ModelBytes, memory: MemoryEstimate, device: DeviceSpeed, processor: DeviceSpeed
) -> SpeedEstimate:
    """How fast a model is whose parts lie where the estimate says.

    Args:
        model: what is loaded
        memory: where its weights are
        device: of the graphics device; not looked at if nothing is there
        processor: of the CPU
    """
    whole = max(model.weight_bytes, 1)
    on_device = min(memory.device.weights / whole, 1.0)
    in_ram = 0.0 if memory.device.weights >= 0.85 * whole else 1.0 - on_device
    # Of the embedding matrix one row is read, unless it is the output as well.
    lookup = 0 if model.architecture.tied_embeddings else model.embedding_bytes
    read = whole - lookup
    operations = 2 * model.architecture.parameters
    # Old processors read weights faster than they compute with them.
    writing = on_device * max(read / device.bytes_per_s, operations / device.operations_per_s)
    writing += in_ram * max(read / processor.bytes_per_s, operations / processor.operations_per_s)
    reading = operations * (
        on_device / device.operations_per_s + in_ram / processor.operations_per_s
    )
    projector = device if memory.device.projector else processor
    encoding = _tower_operations(model) / projector.operations_per_s
    return SpeedEstimate(
        tokens_per_s=1 / writing,
        prompt_s=1000 * reading,
        screenshot_s=SCREENSHOT_TOKENS * reading + encoding,
    )


def _tower_operations(model: ModelBytes) -> float:
    vision = model.vision
    if vision is None:
        return 0.0
    patches = SCREENSHOT_TOKENS * _PATCHES_PER_TOKEN
    layer = 4 * vision.hidden**2 + 2 * vision.hidden * vision.feed_forward
    attention = 2 * patches * vision.hidden
    return 2.0 * patches * vision.depth * (layer + attention)


def _processor_speed(processor: Processor) -> DeviceSpeed:
    each = next(
        (rate for name, rate in _CORE_OPERATIONS.items() if name in processor.features),
        _PLAIN_CORE_OPERATIONS,
    )
    cores = min(max(processor.physical_cores, 1), _MOST_USEFUL_CORES)
    # A single core cannot fill the memory's bandwidth.
    gigabytes = min(_RAM_BYTES, 10 * cores)
    return DeviceSpeed(bytes_per_s=gigabytes * _GIGA, operations_per_s=cores * each * _GIGA)


def _speed(gigabytes: float, tera: float) -> DeviceSpeed:
    return DeviceSpeed(bytes_per_s=gigabytes * _GIGA, operations_per_s=tera * 1000 * _GIGA)
