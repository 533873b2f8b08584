"""Puts the state of an installation in sentences: pure."""

from collections.abc import Iterator

from app.commands.diagnosis import Diagnosis, FolderState, ModelHealth
from app.models.learnt import Comparison
from app.words import explain, size_in_words


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
