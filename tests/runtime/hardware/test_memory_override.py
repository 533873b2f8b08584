from dataclasses import replace

import pytest
from helpers.machines import GIB, machine

from runtime.hardware.memory_budget import SET_BY_HAND, budgets, with_memory_override
from runtime.hardware.report import Finding, FindingKind, Vendor


@pytest.mark.parametrize("size", [4, 24])
def test_that_what_the_user_says_is_what_is_planned_with(size: int) -> None:
    found = machine(32, 12, name="A card")
    report = with_memory_override(found, size * GIB)
    assert budgets(report)[0].free_bytes == size * GIB
    assert budgets(report)[0].total_bytes == max(size, 12) * GIB


def test_that_a_figure_set_by_hand_is_told_with_the_one_found() -> None:
    found = machine(32, 12, name="A card")
    report = with_memory_override(found, 4 * GIB)
    assert report.findings == (
        Finding(
            kind=FindingKind.MEMORY_OVERRIDDEN,
            detail="A card",
            figures=(budgets(found)[0].free_bytes, 4 * GIB),
        ),
    )
    memory = report.build.devices[0].memory
    assert memory is not None
    assert memory.source == SET_BY_HAND


def test_that_shared_memory_can_be_set_as_well() -> None:
    found = machine(32, 20, vendor=Vendor.APPLE, device="MTL0", name="Apple M4")
    report = with_memory_override(found, 8 * GIB)
    assert budgets(report)[0].free_bytes == 8 * GIB


def test_that_a_machine_without_a_usable_device_has_its_ram_set() -> None:
    report = with_memory_override(machine(32), 8 * GIB)
    (processor,) = budgets(report)
    assert (processor.total_bytes, processor.free_bytes) == (32 * GIB, 8 * GIB)
    assert report.ram.source == SET_BY_HAND
    assert report.findings[0].detail == "Test processor"


def test_that_only_the_fastest_device_is_meant() -> None:
    found = machine(32, 12, name="A card")
    second = replace(found.build.devices[0], name="CUDA1", description="Another card")
    two = replace(found, build=replace(found.build, devices=(*found.build.devices, second)))
    before = {each.device: each for each in budgets(two)}
    fastest = budgets(two)[0].device
    after = {each.device: each for each in budgets(with_memory_override(two, 4 * GIB))}
    assert after[fastest].free_bytes == 4 * GIB
    del before[fastest], after[fastest]
    assert after == before
