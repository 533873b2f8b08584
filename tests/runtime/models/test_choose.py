"""Which model a machine gets, and why."""

from dataclasses import replace

import pytest
from helpers.machines import GIB, machine
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import DeviceKind, DeviceSpeed, MachineReport, Vendor
from runtime.models.catalogue import load_catalogue
from runtime.models.choose import NothingFits, choose, ranked
from runtime.requests import ProjectorPlace

CATALOGUE = load_catalogue()
APPLE = {"vendor": Vendor.APPLE, "device": "Metal"}
MANUAL = {
    (model.name, each.name) for model in CATALOGUE for each in model.quantisations if each.is_manual
}


@pytest.mark.parametrize(
    ("report", "size", "whole"),
    [
        (machine(16, 4), "4B", False),
        (machine(16, 6), "4B", True),
        (machine(16, 8), "9B", True),
        (machine(32, 12), "9B", True),
        (machine(32, 24), "9B", True),
        (machine(4, cores=2), "0.8B", True),
        (machine(8, cores=4), "2B", True),
        (machine(16, cores=6), "4B", True),
        (machine(32), "4B", True),
        (machine(16, 11.8, vendor=Vendor.APPLE, device="Metal", name="Apple M3"), "9B", True),
        (machine(32, 21.8, vendor=Vendor.APPLE, device="Metal", name="Apple M1 Pro"), "9B", True),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_that_a_machine_gets_what_an_expert_would_take(
    report: MachineReport, size: str, whole: bool
) -> None:
    best, _others = ranked(report, CATALOGUE)
    assert best.candidate.name == f"Qwen3.5 {size}"
    assert best.is_whole is whole


def test_that_a_machine_too_small_for_anything_says_what_is_missing() -> None:
    with pytest.raises(NothingFits) as failure:
        choose(machine(1, cores=1), CATALOGUE)
    assert failure.value.missing_bytes > 0


def test_that_a_choice_gives_its_reason_and_the_next_better() -> None:
    plan = choose(machine(16, 6, name="GeForce RTX 2060"), CATALOGUE)
    assert plan.reason.startswith("Qwen3.5 4B at ")
    assert "GeForce RTX 2060" in plan.reason
    assert plan.next_better.startswith("Qwen3.5 9B at ")
    assert plan.next_better.endswith(" GB more on the GeForce RTX 2060.")


def test_that_a_processor_gets_no_model_that_crawls() -> None:
    plan = choose(machine(64), CATALOGUE)
    assert plan.expected_tokens_per_s is not None
    assert plan.expected_tokens_per_s >= 8
    assert "would fit, but write only about" in plan.next_better


def test_that_the_largest_card_needs_nothing_better() -> None:
    assert choose(machine(64, 48), CATALOGUE).next_better == ""


reports = st.builds(
    machine,
    st.floats(2, 128),
    st.one_of(st.just(0), st.floats(1, 96)),
    vendor=st.sampled_from([Vendor.NVIDIA, Vendor.AMD, Vendor.INTEL, Vendor.APPLE]),
    device=st.sampled_from(["CUDA0", "Vulkan0", "Metal"]),
    cores=st.integers(1, 32),
)


@settings(max_examples=40, deadline=None)
@given(reports)
def test_that_every_choice_fits_and_is_never_a_last_resort(report: MachineReport) -> None:
    try:
        best, _others = ranked(report, CATALOGUE)
    except NothingFits:
        return
    plan = choose(report, CATALOGUE)
    budget = next(each for each in budgets(report) if each.device == plan.device)
    assert plan.expected_bytes + budget.margin_bytes <= budget.free_bytes
    assert (plan.model, plan.quantisation) not in MANUAL
    assert not plan.quantisation.startswith(("UD-IQ2", "UD-Q2"))
    assert (plan.gpu_layers == 0) == (plan.device == "")
    assert plan.projector_on is not ProjectorPlace.NONE
    assert best.fits


@settings(max_examples=25, deadline=None)
@given(st.floats(4, 64), st.floats(2, 40))
def test_that_more_memory_never_gives_a_worse_choice(ram: float, vram: float) -> None:
    less, _ = ranked(machine(ram, vram), CATALOGUE)
    more, _ = ranked(machine(ram + 8, vram + 1), CATALOGUE)
    assert more.worth >= less.worth - 0.01
    assert more.budget.free_bytes > GIB


def test_that_a_measured_machine_gets_what_it_can_really_run() -> None:
    slow = DeviceSpeed(bytes_per_s=9e9, operations_per_s=60e9)
    fast = DeviceSpeed(bytes_per_s=200e9, operations_per_s=4e12)
    plans = [
        choose(replace(machine(32), speeds={"": speed} if speed else {}), CATALOGUE)
        for speed in (slow, None, fast)
    ]
    assert ["0.8B" in plans[0].model, "4B" in plans[1].model, "9B" in plans[2].model] == [True] * 3


def test_that_what_is_too_slow_here_is_not_said_to_lack_memory() -> None:
    shared = machine(32, 15, vendor=Vendor.AMD, device="Vulkan0", name="AMD Radeon 780M Graphics")
    device = replace(shared.devices[0], kind=DeviceKind.INTEGRATED)
    seen = replace(shared.build.devices[0], kind=DeviceKind.INTEGRATED)
    report = replace(shared, devices=(device,), build=replace(shared.build, devices=(seen,)))
    plan = choose(report, CATALOGUE)
    assert plan.device == "Vulkan0"
    assert "would fit, but write only about" in plan.next_better
