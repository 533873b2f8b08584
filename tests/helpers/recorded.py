"""Recorded machines, by the names of their files."""

import json

from helpers.project import FIXTURES

from runtime.hardware.readers import read_machine
from runtime.hardware.recording import load_recording
from runtime.hardware.report import MachineReport

FOLDER = FIXTURES / "machines"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def recorded(name: str) -> MachineReport:
    """What is read of a recorded machine."""
    return read_machine(load_recording(FOLDER / f"{name}.json"))


def recorded_document(name: str) -> dict[str, object]:
    """The recording itself."""
    document: dict[str, object] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return document
