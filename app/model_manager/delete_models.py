"""Deletes models, and says what became of them."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.engine.model_state import Busy, Loading, ModelState, Ready
from app.model_manager.inventory import Knowledge
from app.model_manager.loading import ModelLoading
from app.model_manager.model_options import OfferKey
from app.model_manager.model_selection import DEMO_KEY, ModelChoosing
from app.notifications import messages
from app.notifications.notification_center import NoticeDesk
from app.platform.task_pool import Lane
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import DamagedModel, Library


class ModelStock(QObject):
    """What the user does with models on this computer."""

    def __init__(  # noqa: PLR0913 - everything it ties together, given once
        self,
        *,
        lane: Lane,
        knowledge: Knowledge,
        choosing: ModelChoosing,
        loading: ModelLoading,
        state: ModelState,
        desk: NoticeDesk,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._knowledge = knowledge
        self._choosing = choosing
        self._loading = loading
        self._state = state
        self._desk = desk

    @Slot(object)
    def delete(self, key: OfferKey) -> None:
        """Delete a model's files, if nobody needs them now."""
        found = self._find(key)
        if key == DEMO_KEY or found is None:
            return
        target = self._loading.target
        is_present = target is not None and target.key == key
        if is_present and isinstance(self._state.value, Loading | Ready | Busy):
            self._desk.show(messages.model_in_memory(found.name))
            return
        freed = found.size_bytes if isinstance(found, InstalledModel) else 0
        stays = isinstance(found, InstalledModel) and not found.is_ours

        def on_deleted(_nothing: None) -> None:
            self._desk.show(messages.model_deleted(found.name, freed, stays=stays))
            # What rested must not be woken any more.
            self._knowledge.count(self._choosing.begin if is_present else None)

        self._lane.run(
            partial(_delete, self._knowledge.library(), found),
            then=on_deleted,
            failed=self._desk.show_failure,
        )

    def _find(self, key: OfferKey) -> InstalledModel | DamagedModel | None:
        inventory = self._knowledge.known.inventory
        models: tuple[InstalledModel | DamagedModel, ...]
        models = (*inventory.installed, *inventory.damaged)
        for model in models:
            if (model.name, model.quantisation) == key:
                return model
        return None


def _delete(library: Library, model: InstalledModel | DamagedModel) -> None:
    library.delete(model)
