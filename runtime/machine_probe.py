"""Looks at this machine: blocking calls, never to be made on the GUI thread."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path

from runtime.hardware.memory_budget import budgets
from runtime.hardware.probe_processes import ask_all
from runtime.hardware.probes.probe_list import Probe, probe_groups
from runtime.hardware.readers import read_machine
from runtime.hardware.readers.llama_devices import read_speeds
from runtime.hardware.recording import Recording
from runtime.hardware.report import DeviceSpeed, MachineReport

_LIMIT_S = 8.0
# A driver that makes its programs first may take that long.
_MEASURING_LIMIT_S = 8.0
_MEASURING_ALL_LIMIT_S = 16.0


def probe_machine(models_folder: Path, *, limit_s: float = _LIMIT_S) -> MachineReport:
    """Look at this machine; what could not be found out is among the report's findings.

    Args:
        models_folder: whose disk is meant; need not exist
        limit_s: the most it may take
    """
    return read_machine(record_machine(models_folder, limit_s=limit_s))


def record_machine(models_folder: Path, *, limit_s: float = _LIMIT_S) -> Recording:
    """Ask every probe this system has, in processes that are gone when this returns."""
    llama = Probe(name="ggml", ask=_ggml, limit_s=7.0)
    results = ask_all((*probe_groups(models_folder), (llama,)), limit_s=limit_s)
    return Recording(system=sys.platform, probes=results)


def measure_speeds(report: MachineReport) -> Mapping[str, DeviceSpeed]:
    """Measure the devices that models can run on, one after the other, about a second each.

    One that hangs, crashes or has no memory is not among the results.
    """
    probes = tuple(
        Probe(name=budget.device, ask=partial(_measure, budget.device), limit_s=_MEASURING_LIMIT_S)
        for budget in budgets(report)
    )
    results = ask_all((probes,), limit_s=_MEASURING_ALL_LIMIT_S)
    return read_speeds({name: result.output for name, result in results.items()})


def _measure(device: str) -> object:
    from runtime.engine.micro_benchmark import measure_device  # noqa: PLC0415

    return asdict(measure_device(device))


def _ggml() -> object:
    # Only a child process may load llama.cpp.
    from runtime.engine.llama_library import list_devices  # noqa: PLC0415

    return list_devices()
