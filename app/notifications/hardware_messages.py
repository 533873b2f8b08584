"""A machine, what should be known about it, and how a model fits it, in words: pure."""

from collections.abc import Iterator

from app.notifications.formatting import size_in_words
from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import (
    DeviceKind,
    Finding,
    FindingKind,
    MachineReport,
    Rejection,
    Vendor,
)

_ANY_CARD = "Vulkan"
_BACKENDS = {
    Vendor.NVIDIA: ("CUDA",),
    Vendor.AMD: ("ROCm", "HIP"),
    Vendor.INTEL: ("SYCL",),
    Vendor.APPLE: ("Metal", "MTL"),
}
_PROBES = {
    "ggml": "llama.cpp",
    "nvml": "NVIDIA's driver (NVML)",
    "nvidia_smi": "nvidia-smi",
    "dxgi": "Windows about its graphics devices (DXGI)",
    "display_classes": "the registry about graphics devices",
    "pci": "the system about its graphics devices",
    "system_profiler": "macOS about its graphics devices",
    "sysctl": "macOS about its processor",
    "processor": "Windows about its processor",
    "cpuinfo": "the system about its processor",
    "system": "the system about its memory",
    "battery": "the system about its battery",
    "disk": "the disk of the models folder",
}
_PLAIN = {
    FindingKind.DRIVER_BROKEN: "The driver of {it} does not answer. Install it again, or restart"
    " the computer.",
    FindingKind.PROBE_TIMED_OUT: "InlineQuestion {it} took too long and was given up.",
    FindingKind.PROBE_CRASHED: "InlineQuestion {it} went wrong, so what it knows is missing here.",
    FindingKind.SOFTWARE_DEVICE: "{it} is the processor in disguise and is not used.",
}
_REJECTIONS = {
    Rejection.ZERO: "it has no memory at all",
    Rejection.ABOVE_TOTAL: "{0} are free of only {1}",
    Rejection.ABOVE_MACHINE: "it has {0}, where {1} is the most there can be",
    Rejection.CAPPED: "it has {0}, which is all that this source can count to",
    Rejection.UNREADABLE: "it gives something that is no figure",
}
_WITHOUT_FIGURES = {
    Rejection.ABOVE_TOTAL: "more is free than there is",
    Rejection.ABOVE_MACHINE: "it has more than there can be",
    Rejection.CAPPED: "it has as much as this source can count to",
}

# Points that a quantisation takes off a model's score, and what a person notices of it.
_QUALITIES = (
    (0.25, "near lossless"),
    (0.8, "very close to the original"),
    (1.5, "close to the original"),
    (2.7, "slightly worse"),
    (6.0, "noticeably worse"),
)
_WORST = "clearly worse"
_WHOLE = frozenset({"BF16", "F16", "F32"})


def findings_in_words(report: MachineReport) -> Iterator[str]:
    """A sentence or two for each finding, in their order."""
    for finding in report.findings:
        yield finding_in_words(finding, report)


def finding_in_words(finding: Finding, report: MachineReport) -> str:
    """What a person should know, and what to do where something can be done."""
    match finding.kind:
        case FindingKind.DEVICE_NOT_USED:
            return _unused(finding.detail, report)
        case FindingKind.FIGURE_REJECTED:
            return _rejected(finding)
        case FindingKind.SOURCES_DISAGREE:
            return _disagreeing(finding)
        case FindingKind.MEMORY_OVERRIDDEN:
            return _overridden(finding)
        case _:
            it = _PROBES.get(finding.detail, finding.detail) or "a device"
            words = _PLAIN[finding.kind].format(it=it)
            return words[0].upper() + words[1:]


def _unused(name: str, report: MachineReport) -> str:
    name = name or "A graphics device"
    vendor = next((each.vendor for each in report.devices if each.name == name), Vendor.OTHER)
    known = (_ANY_CARD, *_BACKENDS.get(vendor, ()))
    backend = next((each for each in report.build.backends if each in known), None)
    if backend is not None:
        return (
            f"{name} is here, but {backend} does not show it to this build: install the newest"
            " driver for it."
        )
    state = "cannot use it" if report.build.devices else "runs on the CPU"
    wanted = "Metal" if vendor is Vendor.APPLE else _ANY_CARD
    return f"{name} is here, but this build {state}: install the {wanted} build."


def _rejected(finding: Finding) -> str:
    source = ", ".join(finding.sources) or "One source"
    rejection = finding.rejection or Rejection.UNREADABLE
    sizes = [size_in_words(figure) for figure in finding.figures]
    why = _REJECTIONS[rejection]
    if len(sizes) < why.count("{"):
        why = _WITHOUT_FIGURES[rejection]
    it = finding.detail or "a device"
    words = f"{source} says of {it} that {why.format(*sizes)}: this figure is not used."
    return words[0].upper() + words[1:]


def _disagreeing(finding: Finding) -> str:
    said = " and ".join(
        f"{size_in_words(figure)} by {source}"
        for source, figure in zip(finding.sources, finding.figures, strict=False)
    )
    tail = f": {said}" if said else ""
    it = finding.detail or "a device"
    return f"Sources disagree about the memory of {it}{tail}."


def _overridden(finding: Finding) -> str:
    it = finding.detail or "this computer"
    if len(finding.figures) < 2:
        return f"The memory of {it} is taken as you set it."
    found, chosen = (size_in_words(figure) for figure in finding.figures[:2])
    return f"{chosen} of memory are taken as free on {it}, as you set it; {found} were found."


def machine_in_words(report: MachineReport) -> str:
    """What was found, in one sentence."""
    best = budgets(report)[0]
    if best.kind is None:
        has = f"no graphics device that can be used, {_cores(report)}"
    elif best.kind is DeviceKind.DISCRETE:
        has = f"{_article(best.name)} {best.name} with {_whole(best.total_bytes)} of memory"
    else:
        has = f"{_article(best.name)} {best.name} that shares the computer's memory"
    parts = [has, f"{_whole(report.ram.total_bytes)} of RAM"]
    if report.disk is not None and report.disk.free_bytes is not None:
        parts.append(f"{_whole(report.disk.free_bytes)} of free disk")
    return f"This computer has {', '.join(parts[:-1])} and {parts[-1]}."


def quality_in_words(quantisation: str, penalty: float) -> str:
    """What a quantisation does to the answers."""
    if quantisation in _WHOLE:
        return "the original"
    return next((words for most, words in _QUALITIES if penalty <= most), _WORST)


def warning_in_words(missing_bytes: int, place: str) -> str:
    """What will happen if a model is loaded that does not fit."""
    return (
        f"It needs {size_in_words(missing_bytes)} more than {place} can give. It may not load, or"
        " slow the whole computer down; Sideglance then tries to load it with less."
    )


def nothing_fits_in_words(missing_bytes: int) -> str:
    """Why no real model is recommended."""
    return (
        f"Even the smallest model needs {size_in_words(missing_bytes)} more memory than is free."
        " Close other programs and look again, or try the demonstration."
    )


def _article(name: str) -> str:
    # Letters that are spoken one by one begin with a vowel in "NVIDIA" and "RTX".
    return "an" if name[:1].upper() in "AEIO" or name.startswith(("NVIDIA", "RTX")) else "a"


def _whole(size_bytes: int) -> str:
    """An amount of memory as it is sold: nobody has 12.0 GB."""
    return size_in_words(size_bytes).replace(".0 ", " ")


def _cores(report: MachineReport) -> str:
    count = report.processor.physical_cores
    return f"{count} processor cores" if count != 1 else "one processor core"
