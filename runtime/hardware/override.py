"""The memory figure as the user sets it: pure."""

from dataclasses import replace

from runtime.hardware.budget import SET_BY_HAND, budgets
from runtime.hardware.report import Finding, FindingKind, MachineReport, Memory


def with_memory_override(report: MachineReport, memory_bytes: int) -> MachineReport:
    """The report with this much memory free on its fastest device, or as RAM without one.

    Asked for again, it counts from the figures it is given, so give it those that were measured.
    """
    fastest = budgets(report)[0]
    finding = Finding(
        kind=FindingKind.MEMORY_OVERRIDDEN,
        detail=fastest.name,
        figures=(fastest.free_bytes, memory_bytes),
    )
    findings = (*report.findings, finding)
    memory = Memory(
        total_bytes=max(fastest.total_bytes, memory_bytes),
        free_bytes=memory_bytes,
        source=SET_BY_HAND,
    )
    if not fastest.device:
        return replace(report, ram=memory, findings=findings)
    devices = tuple(
        replace(device, memory=memory) if device.name == fastest.device else device
        for device in report.build.devices
    )
    return replace(report, build=replace(report.build, devices=devices), findings=findings)
