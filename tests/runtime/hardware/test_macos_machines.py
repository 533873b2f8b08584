"""What is read of recorded Macs."""

import pytest
from helpers.recorded import recorded

from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import DeviceKind

MIB = 1 << 20


@pytest.mark.parametrize(
    ("name", "chip", "working_set_mib", "source"),
    [
        ("m1-8gb", "Apple M1", 5461, "Metal"),
        ("m2-16gb", "Apple M2", 10922, "Metal"),
        ("m3-pro-36gb", "Apple M3 Pro", 27648, "Metal"),
        ("m4-max-128gb", "Apple M4 Max", 110100, "Metal"),
        # llama.cpp did not answer: what somebody set, or else what is usual.
        ("m2-max-64gb-wired-limit", "Apple M2 Max", 57344, "iogpu.wired_limit_mb"),
        ("m4-16gb-intel-build", "Apple M4", 16384 * 2 // 3, "the usual share of RAM"),
    ],
)
def test_that_metals_working_set_is_what_apple_silicon_shares(
    name: str, chip: str, working_set_mib: int, source: str
) -> None:
    report = recorded(f"macos-{name}")
    (device,) = report.devices
    assert (device.name, device.kind, device.dedicated) == (chip, DeviceKind.INTEGRATED, None)
    assert device.shared is not None
    assert (device.shared.total_bytes // MIB, device.shared.source) == (working_set_mib, source)
    assert report.processor.architecture == "arm64"


def test_that_a_quarter_of_what_others_use_can_be_had_and_never_more_than_the_working_set() -> None:
    small, _processor = budgets(recorded("macos-m1-8gb"))
    assert small.free_bytes // MIB == 2355 + (8192 - 2355) // 4
    large, _processor = budgets(recorded("macos-m4-max-128gb"))
    assert large.free_bytes // MIB == 98816 + (131072 - 98816) // 4
    assert large.free_bytes <= large.total_bytes


def test_that_a_card_in_an_intel_mac_is_used_and_intels_graphics_are_not() -> None:
    card, processor = budgets(recorded("macos-intel-radeon-pro-5300m"))
    assert (card.name, card.kind) == ("AMD Radeon Pro 5300M", DeviceKind.DISCRETE)
    assert processor.name.startswith("Intel(R) Core(TM) i7")
