"""Shows the models folder, changes it, and takes the models along."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.model_manager.downloads import Downloads
from app.model_manager.inventory import ModelInventory
from app.model_manager.loading import ModelLoading
from app.model_manager.model_options import FolderChange
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.task_pool import TaskQueue
from app.settings.settings_store import SettingsStore
from runtime.models.library.library import Library, make_models_folder
from runtime.models.library.models_folder import folder_failure
from runtime.models.library.move_library import move_library
from runtime.problems import RuntimeFailure, Stopped
from runtime.requests import ModelFiles


class FolderMove(QObject):
    """One change of the folder at a time, in the pool: a move can take minutes."""

    def __init__(  # noqa: PLR0913 - everything that lies in the folder, given once
        self,
        *,
        tasks: TaskQueue,
        inventory: ModelInventory,
        loading: ModelLoading,
        downloads: Downloads,
        settings: SettingsStore,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._inventory = inventory
        self._loading = loading
        self._downloads = downloads
        self._settings = settings
        self._notification_center = notification_center
        self._is_moving = False
        self._is_ended = threading.Event()

    @Slot(object)
    def change(self, change: FolderChange) -> None:
        """Keep models in another folder from now on."""
        if self._is_moving:
            self._notification_center.show(messages.models_move_already())
            return
        if change.moves and self._loading.is_at_work:
            self._notification_center.show(messages.models_move_waits())
            return
        self._is_moving = True
        library = self._inventory.library()
        job: Callable[[], Path | None] = partial(self._begin_at, change.folder)
        if change.moves:
            # Windows moves no file that is in use; nor is half a download one that can go on.
            self._downloads.end()
            self._loading.unload()
            self._notification_center.show(messages.models_move(change.folder))
            job = partial(self._move, library, change.folder)
        self._tasks.run(job, then=partial(self._on_done, library.folder), failed=self._on_failed)

    @Slot()
    def show(self) -> None:
        """Show the folder in the system's file manager, or where it will be."""
        # In the pool: the folder may be on a drive that takes its time.
        self._tasks.run(partial(_nearest_folder, self._inventory.folder), then=self._open)

    def end(self) -> None:
        """Let no move keep the program from closing; the models stay where they are."""
        self._is_ended.set()

    def _open(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self._notification_center.show(messages.models_folder_not_shown(folder))

    def _move(self, library: Library, target: Path) -> Path | None:
        # In the pool.
        try:
            moved = move_library(
                library,
                target,
                switch=partial(self._switch, library.folder),
                is_stopped=self._is_ended.is_set,
            )
        except Stopped:
            return None
        return moved.folder

    def _begin_at(self, folder: Path) -> Path:
        # In the pool. The folder is marked as ours: an empty mount point would not be.
        try:
            make_models_folder(folder)
        except OSError as error:
            raise folder_failure(error, folder) from error
        self._settings.change_for_good(models_folder=str(folder))
        return folder

    def _switch(self, old: Path, new: Path) -> None:
        # In the pool. On disk before the old folder goes.
        chosen = self._settings.chosen_files()
        if chosen is None:
            self._settings.change_for_good(models_folder=str(new))
            return
        files = _moved(chosen, old, new)
        self._settings.change_for_good(
            models_folder=str(new),
            model=str(files.model),
            projector=None if files.projector is None else str(files.projector),
        )

    def _on_done(self, old: Path, new: Path | None) -> None:
        self._is_moving = False
        if new is None:
            return
        log.models.info("the models folder has changed")
        target = self._loading.target
        if target is not None:
            self._loading.take_moved(_moved(target.files, old, new))
        self._notification_center.show(messages.models_moved(new))
        self._inventory.count()

    def _on_failed(self, failure: RuntimeFailure) -> None:
        self._is_moving = False
        self._notification_center.show_failure(failure)
        self._inventory.count()


def _moved(files: ModelFiles, old: Path, new: Path) -> ModelFiles:
    """The same files after the folder they may be in has become another."""

    def moved(path: Path) -> Path:
        return new / path.relative_to(old) if path.is_relative_to(old) else path

    return ModelFiles(
        model=moved(files.model),
        projector=None if files.projector is None else moved(files.projector),
    )


def _nearest_folder(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: it is made with the first model."""
    return next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
