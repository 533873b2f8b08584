"""What to load and how, as one value."""

from dataclasses import dataclass

from app.models.offers import OfferKey
from runtime.models.load_plan import LoadPlan
from runtime.requests import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """A model on its way into memory.

    Attributes:
        name: for people, as it is offered
        quantisation: such as "Q4_K_M"; "" if nobody knows
        plan: how to load it; None lets the engine choose
    """

    files: ModelFiles
    name: str
    quantisation: str = ""
    plan: LoadPlan | None = None

    @property
    def key(self) -> OfferKey:
        """Which offer it is."""
        return self.name, self.quantisation


def target_of(files: ModelFiles, plan: LoadPlan | None = None) -> LoadTarget:
    """A target called as its file."""
    return LoadTarget(files=files, name=files.model.stem, plan=plan)
