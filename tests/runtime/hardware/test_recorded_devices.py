"""The graphics devices of every recorded machine."""

import pytest
from helpers.recorded import NAMES, recorded

from runtime.hardware.report import DeviceKind, GraphicsDevice, Memory, Vendor

MIB = 1 << 20
CARD, PART = DeviceKind.DISCRETE, DeviceKind.INTEGRATED

# Vendor, kind, MiB of its own, MiB of RAM that it may use; in the order of the report.
Row = tuple[Vendor, DeviceKind, int | None, int | None]
NVIDIA, AMD, INTEL = Vendor.NVIDIA, Vendor.AMD, Vendor.INTEL
APPLE, OTHER = Vendor.APPLE, Vendor.OTHER

LINUX: dict[str, list[Row]] = {
    "780m-512mb-carve-out": [(AMD, PART, 512, 15744)],
    # The kernel says 0.
    "absurd-figures": [(AMD, CARD, None, None)],
    "arc-a770-16gb": [(INTEL, PART, None, None), (INTEL, CARD, None, None)],
    "gt-1030-2gb": [(NVIDIA, CARD, 2048, None)],
    "gtx-1650-4gb": [(NVIDIA, CARD, 4096, None)],
    "iris-xe-16gb": [(INTEL, PART, None, None)],
    "laptop-iris-xe-rtx-4060-8gb": [(INTEL, PART, None, None), (NVIDIA, CARD, 8188, None)],
    "processor-only-16gb": [],
    "processor-only-32gb": [],
    "processor-only-8gb": [],
    "rtx-2060-6gb": [(NVIDIA, CARD, 6144, None)],
    "rtx-3060-12gb": [(NVIDIA, CARD, 12288, None)],
    "rtx-3060-broken-driver": [(NVIDIA, CARD, None, None)],
    "rtx-3060-cpu-build": [(NVIDIA, CARD, 12288, None)],
    "rtx-3070-8gb": [(NVIDIA, CARD, 8192, None)],
    "rtx-3080-nvidia-smi-hangs": [(NVIDIA, CARD, None, None)],
    "rtx-3090-and-3060": [(NVIDIA, CARD, 12288, None), (NVIDIA, CARD, 24576, None)],
    "rtx-4090-24gb": [(NVIDIA, CARD, 24564, None)],
    # What a card may take of RAM besides is far slower than what it has.
    "rx-7900-xtx-24gb": [(AMD, CARD, 24560, None), (AMD, PART, 512, 15732)],
    "strix-halo-96gb": [(AMD, PART, 98304, 15836)],
    "vm-llvmpipe": [],
    "wsl-rtx-4070-ti-super-no-nvml": [(NVIDIA, CARD, 16376, None)],
}
MACOS: dict[str, list[Row]] = {
    "intel-iris-6100": [(INTEL, PART, None, 1536)],
    "intel-radeon-pro-5300m": [(INTEL, PART, None, 1536), (AMD, CARD, 4096, None)],
    "m1-8gb": [(APPLE, PART, None, 5461)],
    "m2-16gb": [(APPLE, PART, None, 10922)],
    "m2-max-64gb-wired-limit": [(APPLE, PART, None, 57344)],
    "m3-pro-36gb": [(APPLE, PART, None, 27648)],
    "m4-16gb-intel-build": [(APPLE, PART, None, 10922)],
    "m4-max-128gb": [(APPLE, PART, None, 110100)],
}
WINDOWS: dict[str, list[Row]] = {
    "780m-4gb-carve-out": [(AMD, PART, 4062, 14223)],
    "8060s-96gb-carve-out": [(AMD, PART, 98149, 16189)],
    # DXGI crashed, and the registry stops at 2 GiB.
    "arc-a770-dxgi-crashed": [(INTEL, CARD, None, None)],
    # Named like a card, and part of the processor.
    "arc-b390-32gb": [(INTEL, PART, 128, 16092)],
    "arc-b580-12gb": [(INTEL, CARD, 12216, None), (INTEL, PART, 128, 16266)],
    "intel-uhd-8gb": [(INTEL, PART, 128, 3957)],
    "laptop-680m-rtx-4060-8gb": [(AMD, PART, 486, 7787), (NVIDIA, CARD, 8188, None)],
    "rtx-3060-12gb": [(NVIDIA, CARD, 12288, None)],
    "rtx-4090-cpu-build": [(NVIDIA, CARD, 24564, None), (INTEL, PART, 128, 32732)],
    "rx-6800-16gb": [(AMD, CARD, 16338, None)],
    "snapdragon-x-elite-16gb": [(OTHER, PART, None, 7987)],
    "two-rx-7900-xtx": [(AMD, CARD, 24513, None)] * 2,
    "vm-basic-render": [],
}
DEVICES = {
    f"{system}-{name}": rows
    for system, machines in (("linux", LINUX), ("macos", MACOS), ("windows", WINDOWS))
    for name, rows in machines.items()
}


def row(device: GraphicsDevice) -> Row:
    return device.vendor, device.kind, _mib(device.dedicated), _mib(device.shared)


def _mib(memory: Memory | None) -> int | None:
    return None if memory is None else memory.total_bytes // MIB


def test_that_no_recording_is_left_out() -> None:
    assert sorted(DEVICES) == NAMES


@pytest.mark.parametrize("name", DEVICES)
def test_that_each_device_is_what_its_maker_sells(name: str) -> None:
    assert [row(device) for device in recorded(name).devices] == DEVICES[name]


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("linux-rtx-3060-12gb", "Linux 6.8"),
        ("windows-rx-6800-16gb", "Windows 10"),
        ("windows-rtx-3060-12gb", "Windows 11"),
        # Without its own name, and not Darwin's number.
        ("macos-m1-8gb", "macOS 11.7.10"),
    ],
)
def test_that_the_system_has_the_name_that_people_know(name: str, system: str) -> None:
    assert recorded(name).system == system
