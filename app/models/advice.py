"""What the models' side asks of the runtime, so that tests can answer in its place."""

from pathlib import Path
from typing import Protocol

from app.models.known import Known
from app.models.learnt import Learnt
from app.models.offers import Offers
from app.models.target import LoadTarget
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.installed import InstalledModel


class Advice(Protocol):
    """Looks at this computer, and decides what would run on it. Nothing is for the GUI thread."""

    def look(self, models_folder: Path, device_bytes: int | None, learnt: Learnt) -> MachineReport:
        """Look at this computer, and measure it if that was never done; takes a while.

        Args:
            models_folder: whose disk is looked at
            device_bytes: what to take the graphics device's memory for; None is as found
            learnt: what was measured before
        """

    def catalogue(self) -> tuple[CatalogueModel, ...]:
        """The models we know."""

    def compose(self, known: Known) -> Offers:
        """Everything that could run, and what it would cost."""

    def target(self, known: Known, model: InstalledModel) -> LoadTarget:
        """How to load a model here."""

    def best(self, known: Known) -> LoadTarget | None:
        """The best of the installed models; None if there is none."""

    def next_target(self, known: Known, target: LoadTarget) -> LoadTarget | None:
        """What to try when a target did not fit; None if there is nothing less."""
