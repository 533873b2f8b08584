"""What is read of recorded Windows machines."""

import pytest
from helpers.recorded import recorded

from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import DeviceKind, FindingKind, Rejection

MIB = 1 << 20


@pytest.mark.parametrize(
    ("name", "device", "card", "total_mib", "free_mib"),
    [
        ("rtx-3060-12gb", "Vulkan0", "NVIDIA GeForce RTX 3060", 12115, 10987),
        (
            "laptop-680m-rtx-4060-8gb",
            "Vulkan1",
            "NVIDIA GeForce RTX 4060 Laptop GPU",
            7948,
            7180,
        ),
        ("rx-6800-16gb", "Vulkan0", "AMD Radeon RX 6800", 16338, 15240),
        ("arc-b580-12gb", "Vulkan0", "Intel(R) Arc(TM) B580 Graphics", 12216, 11312),
        ("arc-a770-dxgi-crashed", "Vulkan0", "Intel(R) Arc(TM) A770 Graphics", 16256, 15490),
    ],
)
def test_that_a_card_is_used_alone(
    name: str, device: str, card: str, total_mib: int, free_mib: int
) -> None:
    found, _processor = budgets(recorded(f"windows-{name}"))
    assert (found.device, found.name, found.kind) == (device, card, DeviceKind.DISCRETE)
    assert (found.total_bytes // MIB, found.free_bytes // MIB) == (total_mib, free_mib)


@pytest.mark.parametrize(
    ("name", "dedicated_mib", "shared_mib", "free_mib"),
    [
        ("780m-4gb-carve-out", 4062, 14223, 16790),
        # Vulkan may address 32 GiB of what DXGI calls 96 and 16.
        ("8060s-96gb-carve-out", 98149, 16189, 31129),
        ("intel-uhd-8gb", 128, 3957, 1638),
    ],
)
def test_that_a_part_of_the_processor_keeps_its_pools_apart(
    name: str, dedicated_mib: int, shared_mib: int, free_mib: int
) -> None:
    report = recorded(f"windows-{name}")
    (device,) = report.devices
    assert device.kind is DeviceKind.INTEGRATED
    assert device.dedicated is not None
    assert device.shared is not None
    assert device.dedicated.total_bytes // MIB == dedicated_mib
    assert device.shared.total_bytes // MIB == shared_mib
    assert budgets(report)[0].free_bytes // MIB == free_mib


def test_that_two_equal_cards_stay_two() -> None:
    report = recorded("windows-two-rx-7900-xtx")
    assert [device.name for device in report.devices] == ["AMD Radeon RX 7900 XTX"] * 2
    assert [each.device for each in budgets(report)] == ["Vulkan0", "Vulkan1", ""]


def test_that_a_field_of_32_bits_is_not_believed() -> None:
    (crashed, capped) = recorded("windows-arc-a770-dxgi-crashed").findings
    assert (crashed.kind, crashed.detail) == (FindingKind.PROBE_CRASHED, "dxgi")
    assert (capped.rejection, capped.sources) == (Rejection.CAPPED, ("the registry",))


def test_that_a_card_taken_out_long_ago_is_not_in_the_report() -> None:
    report = recorded("windows-rtx-4090-cpu-build")
    assert [device.name for device in report.devices] == [
        "NVIDIA GeForce RTX 4090",
        "Intel(R) UHD Graphics 770",
    ]


def test_that_arm_is_told_from_intel() -> None:
    processor = recorded("windows-snapdragon-x-elite-16gb").processor
    assert (processor.architecture, processor.features) == ("arm64", ("NEON",))
