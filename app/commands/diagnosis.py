"""The state of an installation, as values."""

from dataclasses import dataclass
from pathlib import Path

from app.models.learnt import Comparison
from runtime.hardware.report import MachineReport
from runtime.problems import Problem


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
