from dataclasses import replace
from itertools import product

import pytest
from helpers.machines import GIB, machine

from app.notifications.hardware_messages import finding_in_words
from runtime.hardware.report import (
    Finding,
    FindingKind,
    LlamaBuild,
    MachineReport,
    Rejection,
    Vendor,
)

CARD = "NVIDIA GeForce RTX 3060"
IDLE = Finding(kind=FindingKind.DEVICE_NOT_USED, detail=CARD)


def unused(*backends: str, vendor: Vendor = Vendor.NVIDIA) -> MachineReport:
    """A machine whose card the build does not see."""
    found = machine(32, 12, name=CARD, vendor=vendor)
    return replace(found, build=LlamaBuild(backends=(*backends, "CPU")))


@pytest.mark.parametrize("detail", ["", CARD, "odd {it} {0} %s"])
@pytest.mark.parametrize("figures", [(), (5 * GIB,), (5 * GIB, 4 * GIB)])
def test_that_every_finding_has_a_sentence(detail: str, figures: tuple[int, ...]) -> None:
    for kind, rejection in product(FindingKind, (None, *Rejection)):
        finding = Finding(
            kind=kind,
            detail=detail,
            sources=("NVML", "Vulkan")[: len(figures)],
            figures=figures,
            rejection=rejection,
        )
        words = finding_in_words(finding, machine(16))
        assert words.endswith(".")
        assert words[0] == words[0].upper() or detail.startswith(words[0])
        assert "{" not in words.lower().replace(detail.lower() or "…", "")
        assert len(words) < 200


def test_that_an_idle_card_is_told_with_the_build_that_uses_it() -> None:
    words = finding_in_words(IDLE, unused())
    assert words == f"{CARD} is here, but this build runs on the CPU: install the Vulkan build."
    apple = finding_in_words(IDLE, unused(vendor=Vendor.APPLE))
    assert apple.endswith("install the Metal build.")


def test_that_a_card_beside_one_in_use_is_not_said_to_leave_all_to_the_processor() -> None:
    both = replace(unused(), build=machine(32, 12).build)
    assert "cannot use it" in finding_in_words(IDLE, both)


@pytest.mark.parametrize("backend", ["Vulkan", "CUDA"])
def test_that_a_build_for_the_card_that_does_not_see_it_points_to_the_driver(backend: str) -> None:
    words = finding_in_words(IDLE, unused(backend))
    assert backend in words
    assert "driver" in words


def test_that_a_build_for_other_cards_is_no_reason_to_change_the_driver() -> None:
    words = finding_in_words(IDLE, unused("CUDA", vendor=Vendor.AMD))
    assert words.endswith("install the Vulkan build.")


def test_that_a_figure_that_is_not_believed_is_told_with_its_source() -> None:
    finding = Finding(
        kind=FindingKind.FIGURE_REJECTED,
        detail="RAM",
        sources=("the system",),
        figures=(17 * GIB, 16 * GIB),
        rejection=Rejection.ABOVE_TOTAL,
    )
    assert finding_in_words(finding, machine(16)) == (
        "The system says of RAM that 17.0 GB are free of only 16.0 GB: this figure is not used."
    )


def test_that_a_probe_that_hung_is_called_what_it_asks() -> None:
    finding = Finding(kind=FindingKind.PROBE_TIMED_OUT, detail="ggml")
    assert finding_in_words(finding, machine(16)).startswith(
        "InlineQuestion llama.cpp took too long"
    )
