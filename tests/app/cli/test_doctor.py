import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.fake_planner import MACHINE
from helpers.installed import install

from app.cli.arguments import parse
from app.cli.console import Console
from app.cli.diagnosis import Diagnosis, diagnosis_in_words
from app.cli.doctor import UNWELL, WELL, DoctorArguments, examine, run_doctor
from app.model_manager.measurements import Comparison, Measurements, save_measurements
from app.model_manager.runtime_planner import RuntimePlanner
from app.platform.paths import find_paths
from app.settings.settings import Settings, save_settings
from runtime.hardware.report import BuildDevice, DeviceKind, LlamaBuild, MachineReport
from runtime.problems import Problem

KEY = ("Qwen3.5 4B", "Q4_K_M")


@pytest.fixture(autouse=True)
def _known_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(
        self: object, models: Path, device_bytes: int | None, measurements: Measurements
    ) -> MachineReport:
        return MACHINE

    monkeypatch.setattr(RuntimePlanner, "look", look)


def said(*, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    code = run_doctor(DoctorArguments(as_json=as_json), Console(out, io.StringIO()))
    return code, out.getvalue()


def sentences(diagnosis: Diagnosis) -> str:
    return "\n".join(diagnosis_in_words(diagnosis))


def test_that_it_can_be_asked_for_on_the_command_line() -> None:
    assert parse(["doctor"]) == DoctorArguments(as_json=False)
    assert parse(["doctor", "--json"]) == DoctorArguments(as_json=True)


def test_that_a_new_installation_is_well() -> None:
    code, text = said()
    assert code == WELL
    assert "It sees no graphics device and runs on the processor." in text
    assert "No model is installed but the demonstration." in text
    assert "No model has been loaded yet" in text


def test_that_models_are_said_with_what_is_wrong_with_them() -> None:
    model = install(find_paths().models, KEY)
    code, text = said()
    assert code == WELL
    assert "Qwen3.5 4B Q4_K_M is installed and complete" in text
    model.files.model.unlink()
    code, text = said()
    assert code == UNWELL
    assert "Qwen3.5 4B Q4_K_M cannot be used: “model.gguf” is not there any more." in text


def test_that_the_last_load_is_held_against_its_estimate() -> None:
    comparison = Comparison(
        model="Qwen3.5 4B",
        quantisation="Q4_K_M",
        context=8192,
        kv_type="f16",
        gpu_layers=33,
        device="Vulkan0",
        expected_bytes=4 << 30,
        allocated_bytes=int(4.1 * (1 << 30)),
    )
    save_measurements(
        find_paths().cache / "models" / "learnt.json", Measurements(comparison=comparison)
    )
    assert "expected to take 4.0 GB and took 4.1 GB (+2.5 %)" in said()[1]
    record = json.loads(said(as_json=True)[1])
    assert record["last_load"]["difference_percent"] == pytest.approx(2.5)


def test_that_a_models_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    paths = find_paths()
    save_settings(paths.settings, Settings(models_folder=str(tmp_path / "stick")))
    code, text = said()
    assert code == UNWELL
    assert f"“{tmp_path / 'stick'}”, which cannot be reached." in text


def test_that_the_network_is_said_as_it_is_set() -> None:
    paths = find_paths()
    assert "Offline is switched on" in sentences(examine(paths, Settings(offline=True)))
    settings = Settings(proxy="http://me:secret@proxy:1", endpoint="https://mirror.example")
    text = sentences(examine(paths, settings))
    assert "from https://mirror.example through the proxy http://…@proxy:1;" in text


def test_that_devices_are_said_by_name() -> None:
    card = BuildDevice(name="Vulkan0", description="A card", kind=DeviceKind.DISCRETE)
    build = LlamaBuild(backends=("Vulkan", "CPU"), devices=(card,))
    diagnosis = replace(examine(find_paths(), Settings()), report=replace(MACHINE, build=build))
    assert "Its backends: Vulkan, CPU. It can use A card (Vulkan0)." in sentences(diagnosis)
    unknown = sentences(replace(diagnosis, report=None, bindings=""))
    assert "llama-cpp-python is not installed. What it can use" in unknown


def test_that_json_holds_everything_by_name() -> None:
    model = install(find_paths().models, KEY)
    model.files.model.unlink()
    record = json.loads(said(as_json=True)[1])
    assert record["models"] == [
        {
            "name": "Qwen3.5 4B",
            "quantisation": "Q4_K_M",
            "bytes": 0,
            "problem": Problem.MODEL_MISSING.value,
        }
    ]
    assert record["backends"] == ["CPU"]
    assert {folder["purpose"] for folder in record["folders"]} == {
        "Settings",
        "Chats",
        "Models",
        "EngineCache",
        "Logs",
    }
