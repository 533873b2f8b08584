from dataclasses import replace
from pathlib import Path

import pytest

from app.model_manager.measurements import (
    Comparison,
    Measurements,
    load_measurements,
    machine_key,
    plan_key,
    save_measurements,
    with_plan,
)
from runtime.hardware.report import (
    BuildDevice,
    DeviceKind,
    DeviceSpeed,
    LlamaBuild,
    MachineReport,
    Memory,
    Processor,
)
from runtime.models.load_plan import LoadPlan
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import KvType, ProjectorPlace

PLAN = LoadPlan(
    model="Qwen3.5 4B",
    quantisation="Q4_K_M",
    context=8192,
    kv_type=KvType.Q8_0,
    gpu_layers=20,
    device="Vulkan0",
    projector_on=ProjectorPlace.CPU,
    expected_bytes=3 << 30,
    expected_tokens_per_s=None,
    reason="It fits.",
)
SPEED = DeviceSpeed(bytes_per_s=1e10, operations_per_s=1e11)
COMPARISON = Comparison(
    model="Qwen3.5 4B",
    quantisation="Q4_K_M",
    context=8192,
    kv_type="q8_0",
    gpu_layers=20,
    device="Vulkan0",
    expected_bytes=1000,
    allocated_bytes=1040,
)
MACHINE = MachineReport(
    system="Linux",
    processor=Processor(name="CPU", architecture="x86_64", physical_cores=2, logical_cores=4),
    ram=Memory(total_bytes=16 << 30, free_bytes=9 << 30),
    disk=None,
    battery=None,
    devices=(),
    build=LlamaBuild(
        backends=("Vulkan", "CPU"),
        devices=(
            BuildDevice(
                name="Vulkan0",
                description="A card",
                kind=DeviceKind.DISCRETE,
                memory=Memory(total_bytes=6 << 30),
            ),
        ),
    ),
)


def test_that_what_was_measured_is_there_at_the_next_start(tmp_path: Path) -> None:
    measurements = Measurements(
        plans={"key": PLAN, "other": replace(PLAN, expected_tokens_per_s=7.0)},
        paces={"model": 0.9},
        reading_paces={"model": 1.2},
        comparison=COMPARISON,
        speeds={"machine": {"": SPEED, "Vulkan0": SPEED}, "measured in vain": {}},
    )
    save_measurements(tmp_path / "folder" / "learnt.json", measurements)
    assert load_measurements(tmp_path / "folder" / "learnt.json") == measurements


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"format": 99}',
        '{"format": 1}',
        '{"format": 1, "plans": [], "comparison": 3, "speeds": 4}',
        '{"format": 1, "plans": {"a": {"model": 1}}, "comparison": {"model": "x"}}',
    ],
)
def test_that_what_cannot_be_read_is_measured_again(tmp_path: Path, content: str) -> None:
    path = tmp_path / "learnt.json"
    path.write_text(content)
    assert load_measurements(path) == Measurements()


def test_that_a_damaged_plan_is_forgotten_and_the_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "learnt.json"
    save_measurements(path, Measurements(plans={"good": PLAN, "bad": PLAN}))
    before, _, after = path.read_text().rpartition('"kv_type": "q8_0"')
    path.write_text(f'{before}"kv_type": "q99"{after}')
    assert load_measurements(path) == Measurements(plans={"good": PLAN})


def test_that_a_speed_that_cannot_be_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "learnt.json"
    path.write_text(
        '{"format": 1, "speeds": {"machine": {"": {"bytes_per_s": 1e10, "operations_per_s": 1e11},'
        ' "a": {"bytes_per_s": 0, "operations_per_s": 1e11}, "b": {"bytes_per_s": 1e10},'
        ' "c": {"bytes_per_s": NaN, "operations_per_s": 1e11}, "d": 7}}}'
    )
    assert load_measurements(path).speeds == {"machine": {"": SPEED}}


def test_that_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RuntimeFailure) as caught:
        save_measurements(tmp_path / "file" / "learnt.json", Measurements())
    assert caught.value.problem is Problem.STORE_UNREADABLE


def test_that_the_oldest_of_very_many_plans_is_left_out() -> None:
    measurements = Measurements()
    for number in range(60):
        measurements = with_plan(measurements, str(number), PLAN)
    assert len(measurements.plans) == 50
    assert "9" not in measurements.plans
    assert "59" in measurements.plans


def test_that_a_machine_is_known_again_until_its_memory_changes() -> None:
    busy = replace(MACHINE, ram=replace(MACHINE.ram, free_bytes=1 << 30))
    assert machine_key(MACHINE) == machine_key(busy)
    without = replace(MACHINE, build=replace(MACHINE.build, devices=()))
    more = replace(MACHINE, ram=Memory(total_bytes=32 << 30))
    keys = {machine_key(each) for each in (MACHINE, without, more)}
    assert len(keys) == 3
    assert plan_key("a", "b", "c") != plan_key("a", "b", "d")


def test_that_a_difference_is_said_in_percent() -> None:
    assert COMPARISON.difference_percent == pytest.approx(4.0)
    assert replace(COMPARISON, expected_bytes=0).difference_percent == 0.0
