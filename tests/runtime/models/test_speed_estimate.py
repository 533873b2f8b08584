"""How fast a device is taken to be."""

from dataclasses import replace

import pytest
from helpers.machines import machine

from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import DeviceSpeed
from runtime.models.speed_estimate import device_speed, usual_speed


def test_that_a_measured_device_is_believed_more_than_its_kind() -> None:
    found = machine(16, 8)
    card, processor = budgets(found)
    measured = DeviceSpeed(bytes_per_s=100e9, operations_per_s=5e12)
    report = replace(found, speeds={card.device: measured})
    speed = device_speed(card, report)
    assert speed.bytes_per_s == pytest.approx(65e9)
    assert speed.operations_per_s == pytest.approx(4.5e12)
    assert device_speed(processor, report) == usual_speed(processor, report.processor)
