"""`sideglance doctor`: how this installation is doing, in sentences or as JSON."""

import argparse
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app import VERSION
from app.cli.console import Console
from app.cli.diagnosis import Diagnosis, FolderState, ModelHealth, diagnosis_in_words, proxy_in_use
from app.model_manager.measurements import Measurements, load_measurements, measurements_file
from app.model_manager.runtime_planner import RuntimePlanner
from app.platform.paths import Paths, find_paths
from app.settings.settings import Settings, load_settings
from runtime.hardware.report import MachineReport
from runtime.models.library.library import Inventory, Library
from runtime.problems import RuntimeFailure

WELL = 0
# A model that was installed cannot be used, or a folder cannot be reached.
UNWELL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorArguments:
    """Say how this installation is doing.

    Attributes:
        as_json: one JSON object in place of sentences
    """

    as_json: bool

    def run(self) -> int:
        """Do it; returns the exit code."""
        return run_doctor(self)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be written after `sideglance doctor`."""
    parser.description = (
        "Say what is installed, what this computer has and what keeps it from working."
    )
    parser.epilog = "Exit codes: 0 all is well, 1 a model or folder cannot be used, 2 wrong usage."
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def read_arguments(
    _parser: argparse.ArgumentParser, options: argparse.Namespace
) -> DoctorArguments:
    """What was asked for."""
    return DoctorArguments(as_json=options.json)


def run_doctor(arguments: DoctorArguments, console: Console | None = None) -> int:
    """Look at everything and say it; returns the exit code."""
    console = console or Console()
    paths = find_paths()
    diagnosis = examine(paths, load_settings(paths.settings).settings)
    if arguments.as_json:
        console.record(diagnosis_record(diagnosis))
    else:
        for sentence in diagnosis_in_words(diagnosis):
            console.piece(sentence)
            console.end_line()
    return WELL if diagnosis.is_well else UNWELL


def examine(paths: Paths, settings: Settings) -> Diagnosis:
    """Find out how an installation is doing; nothing is loaded, and no connection opened."""
    chosen = settings.models_folder
    models = paths.models if chosen is None else Path(chosen)
    measurements = load_measurements(measurements_file(paths))
    report = _look(models, settings, measurements)
    inventory = Library(models, is_chosen=chosen is not None).look()
    folders = (
        ("Settings", paths.settings.parent),
        ("Chats", paths.chats),
        ("Models", models),
        ("EngineCache", paths.cache),
        ("Logs", paths.logs),
    )
    return Diagnosis(
        version=VERSION,
        python=platform.python_version(),
        system=platform.platform() if report is None else report.system,
        bindings=_bindings(),
        report=report,
        models=_models(inventory),
        comparison=measurements.comparison,
        folders=tuple(_folder(purpose, path, inventory, models) for purpose, path in folders),
        offline=settings.offline,
        proxy=proxy_in_use(settings.proxy),
        endpoint=settings.endpoint,
    )


def diagnosis_record(diagnosis: Diagnosis) -> dict[str, object]:
    """What `--json` prints; scripts rely on these names, so each is written down here."""
    report = diagnosis.report
    comparison = diagnosis.comparison
    return {
        "version": diagnosis.version,
        "python": diagnosis.python,
        "system": diagnosis.system,
        "llama_cpp_python": diagnosis.bindings,
        "backends": list(report.build.backends) if report else None,
        "devices": [asdict(device) for device in report.build.devices] if report else None,
        "findings": [asdict(finding) for finding in report.findings] if report else None,
        "models": [
            {
                "name": model.name,
                "quantisation": model.quantisation,
                "bytes": model.size_bytes,
                "problem": model.problem and model.problem.value,
            }
            for model in diagnosis.models
        ],
        "last_load": comparison
        and {**asdict(comparison), "difference_percent": comparison.difference_percent},
        "folders": [
            {
                "purpose": folder.purpose,
                "path": str(folder.path),
                "free_bytes": folder.free_bytes,
            }
            for folder in diagnosis.folders
        ],
        "offline": diagnosis.offline,
        "proxy": diagnosis.proxy,
        "endpoint": diagnosis.endpoint,
    }


def _look(models: Path, settings: Settings, measurements: Measurements) -> MachineReport | None:
    try:
        return RuntimePlanner().look(models, settings.device_bytes, measurements)
    except RuntimeFailure:
        return None


def _bindings() -> str:
    try:
        return version("llama-cpp-python")
    except PackageNotFoundError:
        return ""


def _models(inventory: Inventory) -> tuple[ModelHealth, ...]:
    whole = [
        ModelHealth(name=model.name, quantisation=model.quantisation, size_bytes=model.size_bytes)
        for model in inventory.installed
    ]
    damaged = [
        ModelHealth(
            name=model.name,
            quantisation=model.quantisation,
            size_bytes=0,
            problem=model.problem,
            detail=model.file.name,
        )
        for model in inventory.damaged
    ]
    return (*whole, *damaged)


def _folder(purpose: str, path: Path, inventory: Inventory, models: Path) -> FolderState:
    if path == models and inventory.problem is not None:
        return FolderState(purpose=purpose, path=path, free_bytes=None)
    # It need not exist yet: its disk is that of the folder it will be made in.
    existing = next((each for each in (path, *path.parents) if each.is_dir()), None)
    try:
        free = None if existing is None else shutil.disk_usage(existing).free
    except OSError:
        free = None
    return FolderState(purpose=purpose, path=path, free_bytes=free)
