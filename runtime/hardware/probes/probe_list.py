"""Which probes a system has, in groups that share a process."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from runtime.hardware.probes import basics, linux, macos, windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question to the machine.

    Attributes:
        ask: does it, in a child process; returns what JSON can hold
        limit_s: when to give up
    """

    name: str
    ask: Callable[[], object]
    limit_s: float


def probe_groups(models_folder: Path) -> tuple[tuple[Probe, ...], ...]:
    """The probes of this system; those that load drivers have a process of their own."""
    common = (
        Probe(name="system", ask=basics.system, limit_s=3.0),
        Probe(name="battery", ask=basics.battery, limit_s=2.0),
    )
    # Last in its group: a drive in the network may take its time.
    disk = Probe(name="disk", ask=partial(basics.disk, models_folder.absolute()), limit_s=2.0)
    nvidia = (
        (Probe(name="nvml", ask=_nvml, limit_s=5.0),),
        (Probe(name="nvidia_smi", ask=_nvidia_smi, limit_s=6.0),),
    )
    if sys.platform == "darwin":
        sysctl = Probe(name="sysctl", ask=macos.sysctl, limit_s=3.5)
        profiler = Probe(name="system_profiler", ask=macos.system_profiler, limit_s=6.5)
        return ((*common, sysctl, disk), (profiler,))
    if sys.platform == "win32":
        registry = (
            Probe(name="processor", ask=windows.processor, limit_s=2.0),
            Probe(name="display_classes", ask=windows.display_classes, limit_s=2.0),
        )
        adapters = Probe(name="dxgi", ask=windows.dxgi, limit_s=5.0)
        return ((*common, *registry, disk), (adapters,), *nvidia)
    files = (
        Probe(name="cpuinfo", ask=linux.cpuinfo, limit_s=2.0),
        Probe(name="pci", ask=linux.pci, limit_s=3.0),
    )
    return ((*common, *files, disk), *nvidia)


def _nvml() -> object:
    from runtime.hardware.probes.nvidia import nvml  # noqa: PLC0415

    return nvml()


def _nvidia_smi() -> object:
    from runtime.hardware.probes.nvidia import nvidia_smi  # noqa: PLC0415

    return nvidia_smi()
