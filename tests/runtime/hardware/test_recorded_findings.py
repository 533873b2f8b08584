"""What a person should know of every recorded machine, and that nothing is noted of sound ones."""

import pytest
from helpers.recorded import NAMES, recorded

from runtime.hardware.report import FindingKind

FINDINGS = {
    "linux-absurd-figures": [
        (FindingKind.PROBE_TIMED_OUT, "disk"),
        (FindingKind.FIGURE_REJECTED, "AMD Radeon RX 6600"),
        (FindingKind.FIGURE_REJECTED, "AMD Radeon RX 6600/6600 XT/6600M"),
    ],
    "linux-rtx-3060-broken-driver": [
        (FindingKind.DRIVER_BROKEN, "NVIDIA GeForce RTX 3060 Lite Hash Rate")
    ],
    "linux-rtx-3060-cpu-build": [(FindingKind.DEVICE_NOT_USED, "NVIDIA GeForce RTX 3060")],
    "linux-rtx-3080-nvidia-smi-hangs": [
        (FindingKind.PROBE_TIMED_OUT, "nvml"),
        (FindingKind.PROBE_TIMED_OUT, "nvidia_smi"),
    ],
    "linux-vm-llvmpipe": [(FindingKind.SOFTWARE_DEVICE, "llvmpipe (LLVM 19.1.7, 256 bits)")],
    "macos-intel-iris-6100": [(FindingKind.DEVICE_NOT_USED, "Intel Iris 6100")],
    "macos-m2-max-64gb-wired-limit": [(FindingKind.PROBE_TIMED_OUT, "ggml")],
    "macos-m4-16gb-intel-build": [(FindingKind.DEVICE_NOT_USED, "Apple M4")],
    "windows-arc-a770-dxgi-crashed": [
        (FindingKind.PROBE_CRASHED, "dxgi"),
        (FindingKind.FIGURE_REJECTED, "Intel(R) Arc(TM) A770 Graphics"),
    ],
    "windows-arc-b390-32gb": [(FindingKind.PROBE_CRASHED, "ggml")],
    "windows-rtx-4090-cpu-build": [
        (FindingKind.PROBE_TIMED_OUT, "nvidia_smi"),
        (FindingKind.DEVICE_NOT_USED, "NVIDIA GeForce RTX 4090"),
    ],
    "windows-snapdragon-x-elite-16gb": [
        (FindingKind.DEVICE_NOT_USED, "Qualcomm(R) Adreno(TM) X1-85 GPU")
    ],
}


def test_that_every_machine_with_findings_is_a_recorded_one() -> None:
    assert set(FINDINGS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_that_what_a_person_should_know_is_found_and_nothing_else(name: str) -> None:
    found = [(each.kind, each.detail) for each in recorded(name).findings]
    assert found == FINDINGS.get(name, [])
