"""All that is known of machine and models."""

from dataclasses import dataclass, field

from app.model_manager.measurements import Measurements
from app.model_manager.model_options import ModelKey
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySnapshot:
    """What options and plans are worked out from.

    Attributes:
        report: None until this computer has been looked at
        inventory: what the models folder holds; the demonstration is not in it
        context: tokens of context the user wants; 0 lets us choose
        has_own: the user loads a model that is not in the models folder
    """

    report: MachineReport | None = None
    catalogue: tuple[CatalogueModel, ...] = ()
    inventory: Inventory = field(default_factory=Inventory)
    measurements: Measurements = field(default_factory=Measurements)
    context: int = 0
    has_own: bool = False

    @property
    def is_first_run(self) -> bool:
        """Whether there is no model but the demonstration."""
        inventory = self.inventory
        # Models in a folder that is out of reach are models.
        return not (inventory.installed or inventory.problem or self.has_own)

    def installed(self, key: ModelKey) -> InstalledModel | None:
        """A model on this computer."""
        for model in self.inventory.installed:
            if (model.name, model.quantisation) == key:
                return model
        return None
