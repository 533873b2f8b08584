"""Looks at this computer as the settings would have it; takes some seconds."""

from dataclasses import asdict, replace

from app.model_manager.measurements import load_measurements, measurements_file
from app.model_manager.runtime_planner import with_known_speeds
from app.platform.paths import find_paths
from app.settings.settings import library_of, load_settings
from runtime.hardware.memory_budget import with_memory_override
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import SPEEDS, ProbeResult, Recording
from runtime.hardware.report import MachineReport
from runtime.machine_probe import record_machine


def record_this_computer() -> Recording:
    """What every probe said, unread, and what the devices did when they were measured."""
    paths = find_paths()
    settings = load_settings(paths.settings).settings
    recording = record_machine(library_of(settings, paths).folder)
    measurements = load_measurements(measurements_file(paths))
    speeds = with_known_speeds(report_of(recording), measurements).speeds
    measured = ProbeResult(output={name: asdict(speed) for name, speed in speeds.items()})
    return replace(recording, probes={**recording.probes, SPEEDS: measured})


def report_of(recording: Recording) -> MachineReport:
    """A recording of this computer, with the memory that the user set."""
    report = read_machine(recording)
    device_bytes = load_settings(find_paths().settings).settings.device_bytes
    return report if device_bytes is None else with_memory_override(report, device_bytes)


def look_at_this_computer() -> MachineReport:
    """What this computer has, as it is planned with."""
    return report_of(record_this_computer())
