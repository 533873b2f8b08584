"""What the probes of a machine gave, as one document that can be kept and read again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from runtime.problems import FileFailure, Problem

# Where a recording keeps what the devices did when they were measured, by ggml's names.
SPEEDS = "speeds"
_FORMAT = 1
_LARGEST_BYTES = 4 << 20


class Trouble(StrEnum):
    """Why a probe gave nothing."""

    ABSENT = "absent"  # the tool, library or file is not on this machine; ordinary
    FAILED = "failed"  # it is there and refused
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What one probe gave.

    Attributes:
        output: what a tool, file or library said, unread; of JSON's types
        trouble: None if there is output
        detail: with trouble, what is known about it
    """

    output: object = None
    trouble: Trouble | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What all probes gave.

    Attributes:
        system: as in `sys.platform`: "linux", "win32", "darwin"
        probes: by the probe's name
    """

    system: str
    probes: Mapping[str, ProbeResult] = field(default_factory=dict)

    def result(self, probe: str) -> ProbeResult:
        """What a probe gave; one that was not asked is absent."""
        return self.probes.get(probe) or ProbeResult(trouble=Trouble.ABSENT)

    def output(self, probe: str) -> object:
        """A probe's output, None without."""
        return self.result(probe).output


def load_recording(path: Path) -> Recording:
    """Read a kept recording.

    Raises:
        FileFailure: there is none, or it is not one
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise FileFailure(Problem.FILE_MISSING, path.name) from error
    except (OSError, ValueError) as error:
        raise FileFailure(Problem.FILE_UNREADABLE, path.name) from error
    try:
        if len(raw) > _LARGEST_BYTES:
            raise ValueError
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise FileFailure(Problem.RECORDING_DAMAGED, path.name) from error
    recording = recording_of(document)
    if recording is None:
        raise FileFailure(Problem.RECORDING_DAMAGED, path.name)
    return recording


def recording_of(document: object) -> Recording | None:
    """A recording from its document; None if it is not one."""
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        return None
    system, probes = document.get("system"), document.get("probes")
    if not isinstance(system, str) or not isinstance(probes, dict):
        return None
    results = {str(name): result_of(entry) for name, entry in probes.items()}
    return Recording(system=system, probes=results)


def result_of(entry: object) -> ProbeResult:
    """One probe's result from its entry; what makes no sense counts as a crash."""
    if not isinstance(entry, dict):
        return ProbeResult(trouble=Trouble.CRASHED)
    if "trouble" not in entry:
        return ProbeResult(output=entry.get("output"))
    try:
        trouble = Trouble(entry["trouble"])
    except ValueError:
        trouble = Trouble.CRASHED
    return ProbeResult(trouble=trouble, detail=str(entry.get("detail", "")))


def document_of(recording: Recording) -> dict[str, object]:
    """A recording as a document for JSON."""
    return {
        "format": _FORMAT,
        "system": recording.system,
        "probes": {name: entry_of(result) for name, result in recording.probes.items()},
    }


def entry_of(result: ProbeResult) -> dict[str, object]:
    """One probe's result as an entry for JSON."""
    if result.trouble is None:
        return {"output": result.output}
    return {"trouble": result.trouble.value, "detail": result.detail}
