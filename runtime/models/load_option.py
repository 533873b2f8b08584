"""How one model would run on one machine: every sensible way of loading it, and the best: pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from runtime.hardware.memory_budget import Budget, budgets
from runtime.hardware.report import DeviceKind, DeviceSpeed, MachineReport
from runtime.models.memory_estimate import LoadSetup, MemoryEstimate, ModelBytes, estimate
from runtime.models.speed_estimate import SpeedEstimate, device_speed, expected_speed
from runtime.requests import KvType, ProjectorPlace

# Tokens of context, most first. More is asked for by hand.
CONTEXTS = (32_768, 16_384, 8192, 4096)
SMALLEST_CONTEXT = CONTEXTS[-1]
# A person reads some four words a second; below this an answer is waited for, not read. What is
# faster still is pleasant, up to a point.
READING_SPEED = 8.0
_SLOW_POINTS = 6.0
_PLEASANT_SPEED = 20.0
_PLEASANT_POINTS = 0.35
# Seconds for a screenshot, and points for each second more: seeing is what we are for.
PATIENCE_S = 30.0
_WAIT_POINTS = 0.2
_MOST_WAIT_POINTS = 80.0
# A model in two places is slower to read, and takes RAM as well.
_PARTLY_POINTS = 1.5
_CONTEXT_POINTS = {32_768: 0.0, 16_384: 0.4, 8192: 0.9, 4096: 4.0}
_QUANTISED_CACHE_POINTS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model that could be loaded.

    Attributes:
        name: such as "Qwen3.5 4B"
        quantisation: such as "Q4_K_M"
        quality: 0 to 100, as far as it is known
        largest_context: tokens it was trained for
    """

    name: str
    quantisation: str
    model: ModelBytes
    quality: float
    largest_context: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOption:
    """A candidate on a machine.

    Attributes:
        budget: the device it runs on
        spare_bytes: what stays free there beyond the margin; negative if it does not fit
        is_whole: all of it is on the machine's fastest device, pictures included
        worth: quality less what slowness and a short context cost, to compare by
    """

    candidate: Candidate
    budget: Budget
    setup: LoadSetup
    memory: MemoryEstimate
    speed: SpeedEstimate
    spare_bytes: int
    is_whole: bool
    worth: float

    @property
    def fits(self) -> bool:
        """Whether it loads without pushing anything out."""
        return self.spare_bytes >= 0


def best_load_option(
    report: MachineReport, candidate: Candidate, *, context: int = 0
) -> LoadOption:
    """The best way to run a model here; if none fits, the one that misses least.

    Args:
        report: the machine
        candidate: the model
        context: tokens that must be had; 0 finds what is sensible
    """
    ways = list(load_options(report, candidate, context=context))
    fitting = [way for way in ways if way.fits]
    if fitting:
        return max(fitting, key=lambda way: (way.worth, way.speed.tokens_per_s))
    return max(ways, key=lambda way: way.spare_bytes)


def load_options(
    report: MachineReport, candidate: Candidate, *, context: int = 0
) -> Iterator[LoadOption]:
    """Every way of running a model here that is worth a thought."""
    devices = budgets(report)
    processor_speed = device_speed(devices[-1], report)
    for budget in devices:
        speeds = device_speed(budget, report), processor_speed
        for setup in _setups(candidate, budget, context):
            yield _load_option(devices, speeds, candidate, budget, setup)


def _setups(candidate: Candidate, budget: Budget, wanted: int) -> Iterator[LoadSetup]:
    contexts = (wanted,) if wanted else CONTEXTS
    places = [ProjectorPlace.CPU]
    if candidate.model.vision is None:
        places = [ProjectorPlace.NONE]
    elif budget.kind is DeviceKind.INTEGRATED:
        # Its memory is the CPU's: what moves there frees nothing.
        places = [ProjectorPlace.GPU]
    elif budget.device:
        places.insert(0, ProjectorPlace.GPU)
    for context in contexts:
        for kv_type in KvType:
            for place in places:
                for layers in _layers(candidate, budget):
                    yield LoadSetup(
                        context=min(context, candidate.largest_context),
                        kv_type=kv_type,
                        gpu_layers=layers,
                        projector_on=place,
                        device=budget.device,
                    )


def _layers(candidate: Candidate, budget: Budget) -> Iterator[int]:
    """All layers, and where a device is small some fractions of them."""
    if not budget.device:
        yield 0
        return
    yield -1
    if budget.kind is DeviceKind.INTEGRATED:
        # As above.
        return
    layers = candidate.model.architecture.layers
    yield from (layers * eighths // 8 for eighths in range(7, 1, -1))


def _load_option(
    devices: tuple[Budget, ...],
    speeds: tuple[DeviceSpeed, DeviceSpeed],
    candidate: Candidate,
    budget: Budget,
    setup: LoadSetup,
) -> LoadOption:
    model = candidate.model
    memory = estimate(model, setup)
    processor = devices[-1]
    speed = expected_speed(model, memory, *speeds)
    spare = budget.free_bytes - budget.margin_bytes - memory.main.total
    if budget.device:
        # What stays in RAM must fit there as well.
        in_ram = processor.free_bytes - processor.margin_bytes - memory.ram.total
        spare = min(spare, in_ram) if in_ram < 0 else spare
    is_whole = (
        budget is devices[0]
        and (setup.gpu_layers == -1 or not budget.device)
        and (not budget.device or setup.projector_on is not ProjectorPlace.CPU)
    )
    return LoadOption(
        candidate=candidate,
        budget=budget,
        setup=setup,
        memory=memory,
        speed=speed,
        spare_bytes=spare,
        is_whole=is_whole,
        worth=candidate.quality - _cost(setup, speed, sees=model.vision is not None),
    )


def _cost(setup: LoadSetup, speed: SpeedEstimate, *, sees: bool) -> float:
    """Points that waiting and forgetting take off a model's quality."""
    slow = max(READING_SPEED - speed.tokens_per_s, 0.0) * _SLOW_POINTS
    slow += max(_PLEASANT_SPEED - speed.tokens_per_s, 0.0) * _PLEASANT_POINTS
    wait = max(speed.screenshot_s - PATIENCE_S, 0.0) * _WAIT_POINTS if sees else 0.0
    short = _CONTEXT_POINTS.get(setup.context, 0.0)
    cache = _QUANTISED_CACHE_POINTS if setup.kv_type is not KvType.F16 else 0.0
    partly = _PARTLY_POINTS if setup.gpu_layers > 0 else 0.0
    return partly + slow + min(wait, _MOST_WAIT_POINTS) + short + cache
