"""The protocol for looking at this computer and planning loads, so that tests can stand in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.measurements import Measurements
from app.model_manager.model_options import ModelKey, ModelOptions
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.installed_model import InstalledModel
from runtime.models.load_plan import LoadPlan
from runtime.requests import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """A model on its way into memory.

    Attributes:
        name: for people, as it is listed
        quantisation: such as "Q4_K_M"; "" if nobody knows
        plan: how to load it; None lets the engine choose
    """

    files: ModelFiles
    name: str
    quantisation: str = ""
    plan: LoadPlan | None = None

    @property
    def key(self) -> ModelKey:
        """Which option it is."""
        return self.name, self.quantisation


def target_of(files: ModelFiles, plan: LoadPlan | None = None) -> LoadTarget:
    """A target called as its file."""
    return LoadTarget(files=files, name=files.model.stem, plan=plan)


class Planner(Protocol):
    """Looks at this computer, and decides what would run on it. Nothing is for the GUI thread."""

    def look(
        self, models_folder: Path, device_bytes: int | None, measurements: Measurements
    ) -> MachineReport:
        """Look at this computer, and measure it if that was never done; takes a while.

        Args:
            models_folder: whose disk is looked at
            device_bytes: what to take the graphics device's memory for; None is as found
            measurements: what was measured before
        """

    def catalogue(self) -> tuple[CatalogueModel, ...]:
        """The models we know."""

    def compose(self, snapshot: InventorySnapshot) -> ModelOptions:
        """Everything that could run, and what it would cost."""

    def target(self, snapshot: InventorySnapshot, model: InstalledModel) -> LoadTarget:
        """How to load a model here."""

    def best(self, snapshot: InventorySnapshot) -> LoadTarget | None:
        """The best of the installed models; None if there is none."""

    def next_target(self, snapshot: InventorySnapshot, target: LoadTarget) -> LoadTarget | None:
        """What to try when a target did not fit; None if there is nothing less."""
