"""The state of an installation as values, and in sentences: pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.request import getproxies

from app.model_manager.measurements import Comparison
from app.notifications.formatting import size_in_words
from app.notifications.problem_messages import explain
from runtime.hardware.report import MachineReport
from runtime.problems import Problem

_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHealth:
    """An installed model.

    Attributes:
        problem: why it cannot be used; None if it can
        detail: what goes with the problem
    """

    name: str
    quantisation: str
    size_bytes: int
    problem: Problem | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """A folder of ours.

    Attributes:
        purpose: what is kept there, such as "Chats"
        free_bytes: on its disk; None if it cannot be reached
    """

    purpose: str
    path: Path
    free_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """How an installation is doing.

    Attributes:
        bindings: version of llama-cpp-python; "" if it is not installed
        report: of the machine; None if it could not be looked at
        comparison: the newest load against its estimate
        proxy: address without its password; "" without a proxy
        endpoint: where models come from; "" is Hugging Face
    """

    version: str
    python: str
    system: str
    bindings: str
    report: MachineReport | None
    models: tuple[ModelHealth, ...]
    comparison: Comparison | None
    folders: tuple[FolderState, ...]
    offline: bool
    proxy: str
    endpoint: str

    @property
    def is_well(self) -> bool:
        """Whether every model can be used and every folder reached."""
        return not any(model.problem for model in self.models) and all(
            folder.free_bytes is not None for folder in self.folders
        )


def diagnosis_in_words(diagnosis: Diagnosis) -> Iterator[str]:
    """One sentence a line, the versions first."""
    yield (
        f"Sideglance {diagnosis.version} runs on {diagnosis.system} with Python {diagnosis.python}."
    )
    yield f"llama-cpp-python {diagnosis.bindings or 'is not installed'}. {_build(diagnosis)}"
    yield from (_model(model) for model in diagnosis.models)
    if not diagnosis.models:
        yield "No model is installed but the demonstration."
    yield _comparison(diagnosis.comparison)
    yield from (_folder(folder) for folder in diagnosis.folders)
    yield _network(diagnosis)


def _build(diagnosis: Diagnosis) -> str:
    if diagnosis.report is None:
        return "What it can use of this computer could not be found out."
    build = diagnosis.report.build
    backends = ", ".join(build.backends) or "none"
    if not build.devices:
        return f"Its backends: {backends}. It sees no graphics device and runs on the processor."
    devices = ", ".join(f"{device.description} ({device.name})" for device in build.devices)
    return f"Its backends: {backends}. It can use {devices}."


def _model(model: ModelHealth) -> str:
    name = " ".join(part for part in (model.name, model.quantisation) if part)
    size = size_in_words(model.size_bytes)
    if model.problem is None:
        return f"{name} is installed and complete ({size})."
    return f"{name} cannot be used: {explain(model.problem, model.detail).title}"


def _comparison(comparison: Comparison | None) -> str:
    if comparison is None:
        return "No model has been loaded yet, so no estimate could be held against one."
    name = f"{comparison.model} {comparison.quantisation}"
    expected, allocated = comparison.expected_bytes, comparison.allocated_bytes
    return (
        f"The last load, {name}, was expected to take {size_in_words(expected)} and took"
        f" {size_in_words(allocated)} ({comparison.difference_percent:+.1f} %)."
    )


def _folder(folder: FolderState) -> str:
    place = f"{folder.purpose} are kept in “{folder.path}”"
    if folder.free_bytes is None:
        return f"{place}, which cannot be reached. Is its disk connected?"
    return f"{place}, where {size_in_words(folder.free_bytes)} are free."


def _network(diagnosis: Diagnosis) -> str:
    if diagnosis.offline:
        return "Offline is switched on: no connection is opened at all."
    source = diagnosis.endpoint or "Hugging Face"
    way = f"through the proxy {diagnosis.proxy}" if diagnosis.proxy else "without a proxy"
    return f"Models are downloaded from {source} {way}; nothing else uses the network."


def proxy_in_use(chosen: str, system: Mapping[str, str] | None = None) -> str:
    """The address of the proxy for downloads; "" if there is none.

    Args:
        chosen: what the settings say; "" is the system's own
        system: what the system says, by scheme; None asks it
    """
    found = getproxies() if system is None else system
    address = chosen or found.get("https") or found.get("all") or ""
    return _CREDENTIALS.sub("…@", address)
