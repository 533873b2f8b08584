"""How much memory a model may really use on each device: pure."""

from dataclasses import dataclass, replace

from runtime.hardware.device_matching import Pair, match_devices
from runtime.hardware.report import (
    DeviceKind,
    Finding,
    FindingKind,
    GraphicsDevice,
    MachineReport,
    Memory,
    Vendor,
)

_MEBIBYTE = 1 << 20
_GIBIBYTE = 1 << 30

# What an integrated device must leave of the RAM for everything else (`facts/qwen35.md` §7b).
_HOST_RESERVE = _GIBIBYTE
_INTEGRATED_MARGIN = _GIBIBYTE

# The source of a figure that the user set: it is taken as it stands.
SET_BY_HAND = "set by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Memory a model may use on one device; `free_bytes - margin_bytes` is what to plan with.

    Attributes:
        device: ggml's name, such as "Vulkan0"; "" is the CPU
        name: for people, such as "NVIDIA GeForce RTX 3060"
        kind: None is the CPU
        free_bytes: what can be had now
        margin_bytes: what to leave of it, since a desktop never stands still
    """

    device: str
    name: str
    kind: DeviceKind | None
    total_bytes: int
    free_bytes: int
    margin_bytes: int


def budgets(report: MachineReport) -> tuple[Budget, ...]:
    """The devices a model can run on, fastest first; the CPU is always there, and last.

    As in llama.cpp, an integrated device does not count beside a discrete one, and a device
    that two backends see counts once.
    """
    pairs = _once_each(match_devices(report.build.devices, report.devices))
    discrete = [pair for pair in pairs if pair[0].kind is DeviceKind.DISCRETE]
    found = [_graphics_budget(pair, report.ram) for pair in discrete or pairs]
    found.sort(key=lambda budget: budget.total_bytes, reverse=True)
    return (*(budget for budget in found if budget.free_bytes), _processor_budget(report))


def _once_each(pairs: tuple[Pair, ...]) -> list[Pair]:
    """Each device of the machine by its first backend, which is the one ggml prefers."""
    seen: list[GraphicsDevice] = []
    kept: list[Pair] = []
    for device, known in pairs:
        if known is not None:
            if any(known is other for other in seen):
                continue
            seen.append(known)
        kept.append((device, known))
    return kept


def _graphics_budget(pair: Pair, ram: Memory) -> Budget:
    device, known = pair
    if device.kind is DeviceKind.DISCRETE:
        memory = _known(device.memory, known.dedicated if known else None)
        margin = max(512 * _MEBIBYTE, memory.total_bytes // 20)
        free = _free_of(memory)
    else:
        memory = _known(device.memory, _lent(known, has_build_figures=device.memory is not None))
        margin = _INTEGRATED_MARGIN
        free = _free_of_shared(memory, known, ram)
    return Budget(
        device=device.name,
        name=known.name if known else device.description,
        kind=device.kind,
        total_bytes=memory.total_bytes,
        free_bytes=free,
        margin_bytes=margin,
    )


def _lent(known: GraphicsDevice | None, *, has_build_figures: bool) -> Memory | None:
    """What the machine says an integrated device may use.

    What Vulkan adds up of carve-out and shared memory is known better than what the system says
    of either, so that is asked only where llama.cpp gave no figure.
    """
    if known is None or (has_build_figures and known.vendor is not Vendor.APPLE):
        return None
    pools = [pool for pool in (known.dedicated, known.shared) if pool is not None]
    if len(pools) < 2:
        return pools[0] if pools else None
    free = [pool.free_bytes for pool in pools]
    return Memory(
        total_bytes=sum(pool.total_bytes for pool in pools),
        free_bytes=None if None in free else sum(each or 0 for each in free),
        source=pools[0].source,
    )


def _known(build: Memory | None, machine: Memory | None) -> Memory:
    """Both sources as one: what the build may address, and the smaller of the free figures.

    Without a memory budget from the driver, ggml reports everything as free; so that is no
    knowledge.
    """
    known = [memory for memory in (build, machine) if memory is not None]
    if not known:
        return Memory(total_bytes=0)
    if known[0].source == SET_BY_HAND:
        return known[0]
    free = [
        memory.free_bytes
        for memory in known
        if memory.free_bytes is not None and memory.free_bytes < memory.total_bytes
    ]
    return Memory(
        total_bytes=min(memory.total_bytes for memory in known),
        free_bytes=min(free, default=None),
        source=known[0].source,
    )


def _free_of(memory: Memory) -> int:
    if memory.free_bytes is not None:
        return min(memory.free_bytes, memory.total_bytes)
    reserve = max(512 * _MEBIBYTE, memory.total_bytes // 10)
    return max(memory.total_bytes - reserve, 0)


def _free_of_shared(memory: Memory, known: GraphicsDevice | None, ram: Memory) -> int:
    """What RAM can give to an integrated device; a carve-out is none of the system's RAM."""
    available = _available(ram)
    if memory.source == SET_BY_HAND:
        return _free_of(memory)
    if known is not None and known.vendor is Vendor.APPLE:
        # Metal's working set leaves the system its share already, and its free figure is about
        # the asking process alone. macOS fills its RAM with what it compresses when asked to, to
        # less than half (Apple, "OS X Mavericks Core Technologies Overview"); half of it is idle.
        squeezed = max(ram.total_bytes - available, 0) // 4
        return min(memory.total_bytes, available + squeezed)
    carve_out = _free_of(known.dedicated) if known and known.dedicated else 0
    return min(_free_of(memory), carve_out + max(available - _HOST_RESERVE, 0))


def _processor_budget(report: MachineReport) -> Budget:
    return Budget(
        device="",
        name=report.processor.name,
        kind=None,
        total_bytes=report.ram.total_bytes,
        free_bytes=_available(report.ram),
        margin_bytes=max(_GIBIBYTE, report.ram.total_bytes // 16),
    )


def _available(ram: Memory) -> int:
    return ram.total_bytes // 2 if ram.free_bytes is None else ram.free_bytes


def with_memory_override(report: MachineReport, memory_bytes: int) -> MachineReport:
    """The report with this much memory free on its fastest device, or as RAM without one.

    Asked for again, it counts from the figures it is given, so give it those that were measured.
    """
    fastest = budgets(report)[0]
    finding = Finding(
        kind=FindingKind.MEMORY_OVERRIDDEN,
        detail=fastest.name,
        figures=(fastest.free_bytes, memory_bytes),
    )
    findings = (*report.findings, finding)
    memory = Memory(
        total_bytes=max(fastest.total_bytes, memory_bytes),
        free_bytes=memory_bytes,
        source=SET_BY_HAND,
    )
    if not fastest.device:
        return replace(report, ram=memory, findings=findings)
    devices = tuple(
        replace(device, memory=memory) if device.name == fastest.device else device
        for device in report.build.devices
    )
    return replace(report, build=replace(report.build, devices=devices), findings=findings)
