"""What is read of recorded Linux machines."""

import pytest
from helpers.recorded import recorded

from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import DeviceKind, Finding, FindingKind, Rejection

MIB = 1 << 20


@pytest.mark.parametrize(
    ("name", "device", "card", "free_mib"),
    [
        # What NVML or Vulkan calls free, whichever is less.
        ("gt-1030-2gb", "Vulkan0", "NVIDIA GeForce GT 1030", 1730),
        ("gtx-1650-4gb", "Vulkan0", "NVIDIA GeForce GTX 1650", 3829),
        ("rtx-2060-6gb", "Vulkan0", "NVIDIA GeForce RTX 2060", 5618),
        ("rtx-3070-8gb", "Vulkan0", "NVIDIA GeForce RTX 3070", 7311),
        ("rtx-3060-12gb", "Vulkan0", "NVIDIA GeForce RTX 3060", 11602),
        ("rtx-4090-24gb", "Vulkan0", "NVIDIA GeForce RTX 4090", 23721),
        ("rx-7900-xtx-24gb", "Vulkan0", "AMD Radeon RX 7900 XTX", 24513613824 // MIB),
        # Linux names no amount for Intel's cards: llama.cpp is the only source.
        ("arc-a770-16gb", "Vulkan0", "Intel Arc A770", 15311306752 // MIB),
        # The integrated device does not count beside the card.
        (
            "laptop-iris-xe-rtx-4060-8gb",
            "Vulkan0",
            "NVIDIA GeForce RTX 4060 Laptop GPU",
            7937,
        ),
        # NVML and nvidia-smi hang, and llama.cpp's figure is there.
        ("rtx-3080-nvidia-smi-hangs", "Vulkan0", "NVIDIA GeForce RTX 3080", 9590),
        # Nothing on the bus and no NVML under WSL.
        ("wsl-rtx-4070-ti-super-no-nvml", "CUDA0", "NVIDIA GeForce RTX 4070 Ti SUPER", 14120),
    ],
)
def test_that_a_card_is_used_alone(name: str, device: str, card: str, free_mib: int) -> None:
    found, _processor = budgets(recorded(f"linux-{name}"))
    assert (found.device, found.name, found.kind) == (device, card, DeviceKind.DISCRETE)
    assert found.free_bytes // MIB == free_mib


def test_that_of_two_cards_the_larger_comes_first() -> None:
    large, small, _processor = budgets(recorded("linux-rtx-3090-and-3060"))
    assert [large.name, small.name] == ["NVIDIA GeForce RTX 3090", "NVIDIA GeForce RTX 3060"]
    assert [large.device, small.device] == ["CUDA0", "CUDA1"]


@pytest.mark.parametrize(
    ("name", "called", "dedicated_mib", "shared_mib", "free_mib"),
    [
        # 512 MiB are its own; what it may take of RAM besides is what matters.
        ("780m-512mb-carve-out", "AMD Radeon 780M Graphics", 512, 15744, 15475),
        ("strix-halo-96gb", "AMD Radeon 8060S Graphics", 98304, 15836, 112641),
    ],
)
def test_that_a_part_of_the_processor_has_both_pools(
    name: str, called: str, dedicated_mib: int, shared_mib: int, free_mib: int
) -> None:
    report = recorded(f"linux-{name}")
    (device,) = report.devices
    assert (device.name, device.kind) == (called, DeviceKind.INTEGRATED)
    assert device.dedicated is not None
    assert device.shared is not None
    assert device.dedicated.total_bytes // MIB == dedicated_mib
    assert device.shared.total_bytes // MIB == shared_mib
    assert budgets(report)[0].free_bytes // MIB == free_mib


def test_that_integrated_graphics_leave_a_reserve_of_ram() -> None:
    report = recorded("linux-iris-xe-16gb")
    graphics, processor = budgets(report)
    assert graphics.kind is DeviceKind.INTEGRATED
    assert graphics.free_bytes == processor.free_bytes - (1 << 30)
    assert report.battery is not None
    assert (report.battery.percent, report.battery.plugged_in) == (47, False)


@pytest.mark.parametrize(
    "name", ["rtx-3060-broken-driver", "rtx-3060-cpu-build", "vm-llvmpipe", "processor-only-16gb"]
)
def test_that_only_the_processor_is_left(name: str) -> None:
    assert len(budgets(recorded(f"linux-{name}"))) == 1


def test_that_absurd_figures_are_rejected_and_the_rest_is_used() -> None:
    report = recorded("linux-absurd-figures")
    rejected = [each for each in report.findings if each.kind is FindingKind.FIGURE_REJECTED]
    assert [(each.rejection, each.sources) for each in rejected] == [
        (Rejection.ABOVE_TOTAL, ("llama.cpp",)),
        (Rejection.ZERO, ("mem_info_vram_total",)),
    ]
    assert Finding(kind=FindingKind.PROBE_TIMED_OUT, detail="disk") in report.findings
    assert report.disk is None
    card, _processor = budgets(report)
    assert card.name == "AMD Radeon RX 6600"
    # Of 8,176 MiB a tenth is kept where nobody knows what is free.
    assert card.free_bytes // MIB == 8176 - 8176 // 10 - 1
