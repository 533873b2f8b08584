"""What to load and how, as one value."""

from dataclasses import dataclass

from runtime.models.load_plan import LoadPlan
from runtime.requests import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """A model on its way into memory.

    Attributes:
        name: for people, until the model says its own
        plan: how to load it; None lets the engine choose
    """

    files: ModelFiles
    name: str
    plan: LoadPlan | None = None


def target_of(files: ModelFiles, plan: LoadPlan | None = None) -> LoadTarget:
    """A target called as its file."""
    return LoadTarget(files=files, name=files.model.stem, plan=plan)
