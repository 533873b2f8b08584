"""Puts a machine and what a model costs on it in words: pure."""

from app.words import size_in_words
from runtime.hardware.budget import budgets
from runtime.hardware.report import DeviceKind, MachineReport

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
