"""All that is known of machine and models."""

from dataclasses import dataclass, field

from app.models.learnt import Learnt
from app.models.offers import OfferKey
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel
from runtime.models.installed import InstalledModel
from runtime.models.library.library import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What offers and plans are worked out from.

    Attributes:
        report: None until this computer has been looked at
        inventory: what the models folder holds; the demonstration is not in it
        context: tokens of context the user wants; 0 lets us choose
    """

    report: MachineReport | None = None
    catalogue: tuple[CatalogueModel, ...] = ()
    inventory: Inventory = field(default_factory=Inventory)
    learnt: Learnt = field(default_factory=Learnt)
    context: int = 0

    def installed(self, key: OfferKey) -> InstalledModel | None:
        """A model on this computer."""
        for model in self.inventory.installed:
            if (model.name, model.quantisation) == key:
                return model
        return None
