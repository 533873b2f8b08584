"""Looks at this computer as the settings would have it; takes some seconds."""

from app.models.place import library_of
from app.paths import find_paths
from app.settings import load_settings
from runtime.hardware.override import with_memory_override
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import Recording
from runtime.hardware.report import MachineReport
from runtime.machine_probe import record_machine

_GIGABYTE = 1 << 30


def record_this_computer() -> Recording:
    """What every probe said, unread."""
    paths = find_paths()
    settings = load_settings(paths.settings).settings
    return record_machine(library_of(settings, paths).folder)


def report_of(recording: Recording) -> MachineReport:
    """A recording of this computer, with the memory that the user set."""
    report = read_machine(recording)
    gigabytes = load_settings(find_paths().settings).settings.device_memory_gigabytes
    return with_memory_override(report, int(gigabytes * _GIGABYTE)) if gigabytes > 0 else report


def look_at_this_computer() -> MachineReport:
    """What this computer has, as it is planned with."""
    return report_of(record_this_computer())
