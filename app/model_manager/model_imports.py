"""Takes in model files that the user has."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.model_manager.inventory import ModelInventory
from app.model_manager.model_options import ModelImport
from app.model_manager.model_selection import ModelSelection
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.task_pool import TaskQueue
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library
from runtime.problems import Stopped


class ModelImports(QObject):
    """Copies files into the models folder or uses them where they are, then loads them."""

    def __init__(
        self,
        *,
        tasks: TaskQueue,
        inventory: ModelInventory,
        choosing: ModelSelection,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._inventory = inventory
        self._choosing = choosing
        self._notification_center = notification_center
        self._is_ended = threading.Event()

    @Slot(object)
    def take(self, chosen: ModelImport) -> None:
        """Have a file count as installed, and use it."""
        if chosen.copies:
            self._notification_center.show(messages.model_copied(chosen.path.name))
        self._tasks.run(
            partial(
                _import,
                self._inventory.library(),
                chosen.path,
                chosen.copies,
                self._is_ended.is_set,
            ),
            then=self._on_imported,
            failed=self._notification_center.show_failure,
        )

    def end(self) -> None:
        """Let no copy keep the program from closing; what was copied of it is deleted."""
        self._is_ended.set()

    def _on_imported(self, model: InstalledModel | None) -> None:
        if model is None:
            return
        log.models.info("imported %d bytes", model.size_bytes)
        key = model.name, model.quantisation
        self._inventory.count(partial(self._choosing.choose, key))


def _import(
    library: Library, path: Path, copies: bool, is_stopped: Callable[[], bool]
) -> InstalledModel | None:
    # Reading a model's header takes numpy, which the window otherwise does without.
    from runtime.models.library.import_model import import_model

    try:
        return import_model(library, path, copies=copies, is_stopped=is_stopped)
    except Stopped:
        return None
