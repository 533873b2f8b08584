"""Recorded machines with one thing changed, for what none of them has by itself."""

from dataclasses import replace
from typing import Any

import pytest
from helpers.recorded import recorded, recorded_document

from runtime.hardware.device_matching import match_devices
from runtime.hardware.memory_budget import budgets
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import Recording, recording_of
from runtime.hardware.report import DeviceKind, Finding, FindingKind, MachineReport, Rejection

GIB = 1 << 30


def probes_of(name: str) -> Any:
    """The document and the probes inside it, to be changed."""
    document: Any = recorded_document(name)
    return document, document["probes"]


def report_of(document: object) -> MachineReport:
    recording = recording_of(document)
    assert isinstance(recording, Recording)
    return read_machine(recording)


def test_that_shared_memory_which_intel_calls_dedicated_is_not_believed() -> None:
    document, probes = probes_of("windows-intel-uhd-8gb")
    probes["dxgi"]["output"][0]["DedicatedVideoMemory"] = 4 * GIB
    report = report_of(document)
    (device,) = report.devices
    assert device.dedicated is None
    assert [(each.rejection, each.figures) for each in report.findings] == [
        (Rejection.ABOVE_MACHINE, (4 * GIB, GIB))
    ]
    assert budgets(report) == budgets(recorded("windows-intel-uhd-8gb"))


def test_that_a_card_seen_by_two_backends_counts_once_and_by_the_first() -> None:
    document, probes = probes_of("linux-rtx-3060-12gb")
    ggml = probes["ggml"]["output"]
    ggml["backends"].insert(0, "CUDA")
    ggml["devices"].insert(0, ggml["devices"][0] | {"name": "CUDA0"})
    assert [each.device for each in budgets(report_of(document))] == ["CUDA0", ""]


def test_that_an_amd_processor_newer_than_our_list_is_known_by_its_pools() -> None:
    document, probes = probes_of("linux-780m-512mb-carve-out")
    probes["pci"]["output"]["0000:c5:00.0"]["device"] = "0xfffe\n"
    probes["ggml"] = {"trouble": "timed_out", "detail": ""}
    (device,) = report_of(document).devices
    assert device.kind is DeviceKind.INTEGRATED
    assert device.shared is not None


def test_that_a_driver_that_refuses_is_broken_even_where_the_kernel_names_it() -> None:
    document, probes = probes_of("linux-rtx-3060-broken-driver")
    probes["pci"]["output"]["0000:01:00.0"]["driver"] = "nvidia"
    assert report_of(document).findings == (
        Finding(kind=FindingKind.DRIVER_BROKEN, detail="NVIDIA GeForce RTX 3060 Lite Hash Rate"),
    )


def test_that_the_address_tells_equal_cards_apart_whatever_their_order() -> None:
    report = recorded("linux-rtx-3090-and-3060")
    alike = [replace(each, name="NVIDIA GeForce RTX 3090") for each in report.devices]
    pairs = match_devices(report.build.devices, alike)
    assert [known.address for _, known in pairs if known is not None] == [
        "0000:04:00.0",
        "0000:01:00.0",
    ]


@pytest.mark.parametrize(
    ("version", "system"),
    [("10.0.19045", "Windows 10"), ("10.0.22000", "Windows 11"), ("10.0.26100", "Windows 11")],
)
def test_that_windows_11_is_known_by_its_build_where_it_calls_itself_10(
    version: str, system: str
) -> None:
    document, probes = probes_of("windows-rtx-3060-12gb")
    probes["system"]["output"] |= {"release": "10", "version": version}
    assert report_of(document).system == system
