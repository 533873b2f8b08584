"""`sideglance hardware`: what this computer has."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.machines import GIB, machine

from app.cli import this_computer
from app.cli.arguments import parse
from app.cli.console import Console
from app.cli.hardware import (
    LOOKED,
    NOT_RECORDED,
    HardwareArguments,
    hardware_record,
    machine_in_lines,
    run_hardware,
)
from app.model_manager import runtime_planner
from app.model_manager.measurements import (
    Measurements,
    machine_key,
    measurements_file,
    save_measurements,
    with_speeds,
)
from app.platform.paths import find_paths
from app.settings.settings import Settings, save_settings
from runtime.hardware.readers import read_machine
from runtime.hardware.recording import ProbeResult, Recording, load_recording
from runtime.hardware.report import Battery, DeviceSpeed, Finding, FindingKind, LlamaBuild, Memory

CARD = "NVIDIA GeForce RTX 3060"
SPEEDS = {"": DeviceSpeed(bytes_per_s=40e9, operations_per_s=1.2e12)}
RECORDING = Recording(
    system="linux",
    probes={
        "system": ProbeResult(
            output={
                "system": "Linux",
                "release": "6.8.0-45-generic",
                "machine": "x86_64",
                "memory": {"total": 32 * GIB, "available": 20 * GIB},
                "cores": {"physical": 8, "logical": 16},
            }
        ),
        "ggml": ProbeResult(output={"backends": ["CPU"], "devices": []}),
    },
)


@pytest.fixture
def _known_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    def record(models_folder: Path) -> Recording:
        return RECORDING

    monkeypatch.setattr(this_computer, "record_machine", record)
    monkeypatch.setattr(runtime_planner, "measure_speeds", lambda report: SPEEDS)


def looked(*arguments: str) -> tuple[int, str, str]:
    parsed = parse(["hardware", *arguments])
    assert isinstance(parsed, HardwareArguments)
    out, err = io.StringIO(), io.StringIO()
    code = run_hardware(parsed, Console(out, err))
    return code, out.getvalue(), err.getvalue()


def test_that_this_very_computer_is_looked_at() -> None:
    code, out, _ = looked("--json")
    found = json.loads(out)
    assert code == LOOKED
    assert found["ram"]["total_bytes"] > 0
    assert "CPU" in found["llama_cpp"]["backends"]
    assert found["speeds"][""]["bytes_per_s"] > 1e9
    assert found["speeds"][""]["operations_per_s"] > 1e9


@pytest.mark.usefixtures("_known_computer")
def test_that_every_figure_is_said_with_its_source() -> None:
    code, out, _ = looked()
    assert code == LOOKED
    assert "RAM: 32.0 GB, 20.0 GB free (the system)\n" in out
    assert "8 cores, 16 threads" in out
    assert "Battery: none\n" in out
    assert "Graphics devices of this computer:\n  none\n" in out
    assert "backends: CPU\n  no graphics device; models run on the processor\n" in out
    assert "processor: reads 40 GB and computes 1,200 billion operations a second (measured)" in out


@pytest.mark.usefixtures("_known_computer")
def test_that_what_the_window_measured_is_not_measured_again() -> None:
    before = {"": DeviceSpeed(bytes_per_s=20e9, operations_per_s=1e12)}
    measurements = with_speeds(Measurements(), machine_key(read_machine(RECORDING)), before)
    save_measurements(measurements_file(find_paths()), measurements)
    assert "reads 20 GB and computes 1,000 billion" in looked()[1]


@pytest.mark.usefixtures("_known_computer")
def test_that_the_record_for_scripts_keeps_its_names() -> None:
    found = json.loads(looked("--json")[1])
    assert set(found) == {
        "system",
        "processor",
        "ram",
        "disk",
        "battery",
        "devices",
        "llama_cpp",
        "speeds",
        "findings",
    }
    assert found["ram"] == {
        "total_bytes": 32 * GIB,
        "free_bytes": 20 * GIB,
        "source": "the system",
    }


@pytest.mark.usefixtures("_known_computer")
def test_that_the_memory_set_by_hand_is_honoured_and_said() -> None:
    save_settings(find_paths().settings, Settings(device_memory_gigabytes=6.0))
    out = looked()[1]
    assert "RAM: 32.0 GB, 6.0 GB free (set by hand)\n" in out
    assert "6.0 GB of memory are taken as free" in out


@pytest.mark.usefixtures("_known_computer")
def test_that_a_recording_holds_what_was_found_and_nothing_of_the_settings(tmp_path: Path) -> None:
    save_settings(find_paths().settings, Settings(device_memory_gigabytes=6.0))
    path = tmp_path / "Rechner Größe.json"
    code, out, _ = looked("--record", str(path))
    assert code == LOOKED
    assert str(path) in out
    recorded = load_recording(path)
    assert {name: recorded.result(name) for name in RECORDING.probes} == RECORDING.probes
    report = read_machine(recorded)
    assert report.ram.free_bytes == 20 * GIB
    assert report.speeds == SPEEDS


@pytest.mark.usefixtures("_known_computer")
def test_that_json_stays_json_while_recording(tmp_path: Path) -> None:
    _, out, _ = looked("--json", "--record", str(tmp_path / "new.json"))
    assert json.loads(out)["system"] == "Linux 6.8"


def test_that_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "thesis.txt"
    path.write_text("mine")
    code, out, err = looked("--record", str(path))
    assert (code, out) == (NOT_RECORDED, "")
    assert "“thesis.txt” is there already and was not changed." in err
    assert path.read_text() == "mine"


@pytest.mark.usefixtures("_known_computer")
def test_that_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, err = looked("--record", str(tmp_path / "file" / "new.json"))
    assert code == NOT_RECORDED
    assert "“new.json” cannot be written." in err


def test_that_a_device_is_told_apart_from_what_llama_can_use_of_it() -> None:
    found = machine(32, 12, name=CARD)
    idle = replace(
        found,
        build=LlamaBuild(backends=("CPU",)),
        findings=(Finding(kind=FindingKind.DEVICE_NOT_USED, detail=CARD),),
    )
    lines = "\n".join(machine_in_lines(idle))
    assert f"  {CARD}, discrete, driver not known\n    memory of its own: 12.0 GB" in lines
    assert f"  {CARD} is here, but this build runs on the CPU: install the Vulkan build." in lines
    assert f"  CUDA0: {CARD}, discrete, 12.0 GB" in "\n".join(machine_in_lines(found))
    findings = json.loads(json.dumps(hardware_record(idle)))["findings"]
    assert findings[0]["text"].startswith(CARD)


def test_that_what_nobody_knows_is_not_a_figure() -> None:
    found = machine(16, 12, name=CARD)
    bare = replace(
        found,
        ram=Memory(total_bytes=0),
        devices=(replace(found.devices[0], dedicated=None),),
        build=LlamaBuild(backends=()),
        battery=Battery(percent=80, plugged_in=False),
    )
    lines = list(machine_in_lines(bare))
    assert "RAM: not known" in lines
    assert "    memory: not known" in lines
    assert "  backends: not known" in lines
    assert "Disk of the models folder: cannot be reached" in lines
    assert "Battery: 80 %, not plugged in (the system)" in lines
