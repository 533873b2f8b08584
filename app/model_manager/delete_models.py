"""Deletes models, and says what became of them."""

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.engine.model_state import Busy, Loading, ModelState, Ready
from app.model_manager.inventory import ModelInventory
from app.model_manager.loading import ModelLoading
from app.model_manager.model_options import ModelKey
from app.model_manager.model_selection import DEMO_KEY, ModelSelection
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform.task_pool import TaskQueue
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import DamagedModel, Library


class ModelDeletion(QObject):
    """What the user does with models on this computer."""

    def __init__(  # noqa: PLR0913 - everything it ties together, given once
        self,
        *,
        tasks: TaskQueue,
        inventory: ModelInventory,
        choosing: ModelSelection,
        loading: ModelLoading,
        state: ModelState,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._inventory = inventory
        self._choosing = choosing
        self._loading = loading
        self._state = state
        self._notification_center = notification_center

    @Slot(object)
    def delete(self, key: ModelKey) -> None:
        """Delete a model's files, if nobody needs them now."""
        found = self._find(key)
        if key == DEMO_KEY or found is None:
            return
        target = self._loading.target
        is_present = target is not None and target.key == key
        if is_present and isinstance(self._state.value, Loading | Ready | Busy):
            self._notification_center.show(messages.model_in_memory(found.name))
            return
        freed = found.size_bytes if isinstance(found, InstalledModel) else 0
        stays = isinstance(found, InstalledModel) and not found.is_ours

        def on_deleted(_nothing: None) -> None:
            self._notification_center.show(messages.model_deleted(found.name, freed, stays=stays))
            # What rested must not be woken any more.
            self._inventory.count(self._choosing.begin if is_present else None)

        self._tasks.run(
            partial(_delete, self._inventory.library(), found),
            then=on_deleted,
            failed=self._notification_center.show_failure,
        )

    def _find(self, key: ModelKey) -> InstalledModel | DamagedModel | None:
        inventory = self._inventory.snapshot.inventory
        models: tuple[InstalledModel | DamagedModel, ...]
        models = (*inventory.installed, *inventory.damaged)
        for model in models:
            if (model.name, model.quantisation) == key:
                return model
        return None


def _delete(library: Library, model: InstalledModel | DamagedModel) -> None:
    library.delete(model)
