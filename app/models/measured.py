"""A machine with the speeds of its devices: measured once, then remembered."""

from dataclasses import replace

from app import log
from app.models.learnt import Learnt, machine_key
from runtime.hardware.report import MachineReport
from runtime.machine_probe import measure_speeds


def with_known_speeds(report: MachineReport, learnt: Learnt) -> MachineReport:
    """The report with what was measured before, or else is measured now; takes some seconds."""
    speeds = learnt.speeds.get(machine_key(report))
    if speeds is None:
        speeds = measure_speeds(report)
        log.models.info("devices measured: %d", len(speeds))
    return replace(report, speeds=speeds)
