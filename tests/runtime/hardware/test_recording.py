"""Recordings as files."""

import json
from pathlib import Path

import pytest
from helpers.recorded import FOLDER, NAMES

from runtime.hardware.recording import Trouble, document_of, load_recording
from runtime.problems import FileFailure, Problem


@pytest.mark.parametrize("name", NAMES)
def test_that_a_recording_is_the_same_after_writing_and_reading(name: str, tmp_path: Path) -> None:
    recording = load_recording(FOLDER / f"{name}.json")
    path = tmp_path / "Größe.json"
    path.write_text(json.dumps(document_of(recording)))
    assert load_recording(path) == recording


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"format": 2, "system": "linux", "probes": {}}',
        b'{"format": 1, "system": "linux"}',
        b'{"format": 1, "probes": {}}',
        b"[" * 100_000,
        b'{"format": 1, "system": "linux", "probes": {}}' + b" " * (4 << 20),
    ],
)
def test_that_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    path.write_bytes(content)
    with pytest.raises(FileFailure) as caught:
        load_recording(path)
    assert (caught.value.problem, caught.value.detail) == (
        Problem.RECORDING_DAMAGED,
        "recording.json",
    )


def test_that_a_recording_that_is_not_there_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileFailure) as caught:
        load_recording(tmp_path / "none.json")
    assert caught.value.problem is Problem.FILE_MISSING
    with pytest.raises(FileFailure) as caught:
        load_recording(tmp_path)
    assert caught.value.problem is Problem.FILE_UNREADABLE


def test_that_an_entry_that_makes_no_sense_counts_as_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "recording.json"
    path.write_text(
        '{"format": 1, "system": "linux", "probes":'
        ' {"a": 3, "b": {"trouble": "?"}, "c": {"trouble": "absent", "detail": "x"}, "d": {}}}'
    )
    recording = load_recording(path)
    troubles = [recording.result(name).trouble for name in "abcde"]
    assert troubles == [
        Trouble.CRASHED,
        Trouble.CRASHED,
        Trouble.ABSENT,
        None,
        Trouble.ABSENT,
    ]
