"""What the runtime says about machine and models."""

from pathlib import Path

from app.models.known import Known
from app.models.offers import Offers
from app.models.target import LoadTarget
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.catalogue_file import load_catalogue
from runtime.models.installed import InstalledModel
from runtime.problems import Problem, RuntimeFailure


class Counsel:
    """The real answers to `app.models.advice.Advice`."""

    def look(self, models_folder: Path, device_bytes: int | None) -> MachineReport:
        """Look at this computer in a process of its own."""
        raise RuntimeFailure(Problem.UNEXPECTED, "not yet")

    def catalogue(self) -> tuple[CatalogueModel, ...]:
        """The models that are listed in our resources."""
        return load_catalogue()

    def compose(self, known: Known) -> Offers:
        """Everything that could run, and what it would cost."""
        return Offers()

    def target(self, known: Known, model: InstalledModel) -> LoadTarget:
        """How to load a model here."""
        return LoadTarget(files=model.files, name=model.name, quantisation=model.quantisation)

    def best(self, known: Known) -> LoadTarget | None:
        """The best of the installed models."""
        installed = known.inventory.installed
        return self.target(known, installed[0]) if installed else None

    def next_target(self, known: Known, target: LoadTarget) -> LoadTarget | None:
        """The next rung of the ladder."""
        return None
