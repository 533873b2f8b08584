"""A machine that is not there, for planning: so much RAM, and perhaps a graphics card."""

from runtime.hardware.report import (
    BuildDevice,
    DeviceKind,
    GraphicsDevice,
    LlamaBuild,
    MachineReport,
    Memory,
    Processor,
    Vendor,
)

_SOURCE = "as imagined"
# What a desktop and a few programs leave, as a rule.
_FREE_RAM = 0.75
_DESKTOP_VRAM = 400 << 20
_USUAL_CORES = 8


def hypothetical_machine(ram_bytes: int, vram_bytes: int = 0) -> MachineReport:
    """An ordinary computer of this size."""
    name = f"graphics card with {vram_bytes / (1 << 30):.3g} GB"
    memory = Memory(
        total_bytes=vram_bytes,
        free_bytes=max(vram_bytes - _DESKTOP_VRAM, 0),
        source=_SOURCE,
    )
    card = GraphicsDevice(
        name=name, vendor=Vendor.OTHER, kind=DeviceKind.DISCRETE, dedicated=memory
    )
    seen = BuildDevice(name="Vulkan0", description=name, kind=DeviceKind.DISCRETE, memory=memory)
    return MachineReport(
        system="an imagined computer",
        processor=Processor(
            name="processor with 8 cores",
            architecture="x86_64",
            physical_cores=_USUAL_CORES,
            logical_cores=2 * _USUAL_CORES,
            features=("AVX2",),
        ),
        ram=Memory(total_bytes=ram_bytes, free_bytes=int(ram_bytes * _FREE_RAM), source=_SOURCE),
        disk=None,
        battery=None,
        devices=(card,) if vram_bytes else (),
        build=LlamaBuild(
            backends=("Vulkan", "CPU") if vram_bytes else ("CPU",),
            devices=(seen,) if vram_bytes else (),
        ),
    )
