"""Machines to plan for, built in a line."""

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

GIB = 1 << 30


def machine(
    ram: float,
    vram: float = 0,
    *,
    vendor: Vendor = Vendor.NVIDIA,
    device: str = "CUDA0",
    name: str = "Test card",
    cores: int = 8,
) -> MachineReport:
    """A machine with so many GiB of RAM, three quarters free, and perhaps a graphics device.

    An Apple or Intel device is taken for an integrated one, with `vram` to share.
    """
    is_discrete = vendor in {Vendor.NVIDIA, Vendor.AMD}
    kind = DeviceKind.DISCRETE if is_discrete else DeviceKind.INTEGRATED
    memory = Memory(total_bytes=int(vram * GIB), free_bytes=int(max(vram - 0.4, 0) * GIB))
    known = GraphicsDevice(
        name=name,
        vendor=vendor,
        kind=kind,
        dedicated=memory if is_discrete else None,
        shared=None if is_discrete else memory,
    )
    seen = BuildDevice(name=device, description=name, kind=kind, memory=memory)
    return MachineReport(
        system="Test 1.0",
        processor=Processor(
            name="Test processor",
            architecture="x86_64",
            physical_cores=cores,
            logical_cores=2 * cores,
            features=("AVX2",),
        ),
        ram=Memory(total_bytes=int(ram * GIB), free_bytes=int(ram * GIB * 0.75)),
        disk=None,
        battery=None,
        devices=(known,) if vram else (),
        build=LlamaBuild(backends=("CPU",), devices=(seen,) if vram else ()),
    )
