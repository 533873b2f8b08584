"""Measuring this very computer, in processes of their own."""

import pytest
from helpers.machines import machine

from runtime.engine.micro_benchmark import measure_device
from runtime.machine_probe import measure_speeds
from runtime.problems import EngineFailure, Problem


def test_that_the_processor_is_measured_and_a_device_that_is_not_there_is_left_out() -> None:
    speeds = measure_speeds(machine(16, 8, device="Vulkan7"))
    assert set(speeds) == {""}
    # Slower than any computer of the last ten years, and faster than any processor that is sold.
    assert 1e9 < speeds[""].bytes_per_s < 2e12
    assert 1e9 < speeds[""].operations_per_s < 1e14


def test_that_a_device_that_is_not_there_is_said() -> None:
    with pytest.raises(EngineFailure) as caught:
        measure_device("Vulkan7")
    assert caught.value.problem is Problem.DEVICE_MISSING
