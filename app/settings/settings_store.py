"""Holds the settings while the program runs, and saves each change."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from app.platform.task_pool import OnFailure, TaskQueue
from app.settings.settings import Settings, save_settings
from runtime.problems import RuntimeFailure
from runtime.requests import ModelFiles

_TRY_AGAIN_MS = 2_000


class SettingsStore:
    """The settings as they are now.

    What could not be saved is tried again until it is; the user is told once.
    """

    def __init__(self, path: Path, settings: Settings, tasks: TaskQueue, failed: OnFailure) -> None:
        self._path = path
        self._tasks = tasks
        self._failed = failed
        self._settings = settings
        # The models folder is changed in the pool, in the middle of a move.
        self._lock = threading.RLock()
        # Touched on the GUI thread only.
        self._has_failed = False

    @property
    def settings(self) -> Settings:
        """The newest value; on any thread."""
        return self._settings

    def set(self, settings: Settings) -> None:
        """Take a new value and save it, if it is one."""
        with self._lock:
            if settings == self._settings:
                return
            self._settings = settings
        self.save()

    def save(self) -> None:
        """Save the newest value, again if that did not succeed before."""
        self._tasks.run(self._save, then=self._on_saved, failed=self._on_failed)

    def change(self, **changes: Any) -> None:
        """Take new values of some fields and save them."""
        with self._lock:
            self.set(replace(self._settings, **changes))

    def change_for_good(self, **changes: Any) -> None:
        """Take new values of some fields, which are on disk when this returns; for the pool.

        Raises:
            RuntimeFailure: they could not be saved; nothing has changed
        """
        with self._lock:
            changed = replace(self._settings, **changes)
            save_settings(self._path, changed)
            self._settings = changed

    def chosen_files(self) -> ModelFiles | None:
        """The model the user loaded last."""
        settings = self.settings
        if settings.model is None:
            return None
        return ModelFiles(
            model=Path(settings.model),
            projector=None if settings.projector is None else Path(settings.projector),
        )

    def take_edited(self, edited: Settings) -> None:
        """Take what somebody edited in the dialog.

        What the program remembers by itself stays: meanwhile an answer can have begun the chat
        that is remembered as the last one.
        """
        with self._lock:
            now = self._settings
            self.set(
                replace(
                    edited,
                    thinking=now.thinking,
                    window_geometry=now.window_geometry,
                    last_chat=now.last_chat,
                    model=now.model,
                    projector=now.projector,
                    models_folder=now.models_folder,
                    context_length=now.context_length,
                )
            )

    def _on_saved(self, _: None) -> None:
        self._has_failed = False

    def _on_failed(self, failure: RuntimeFailure) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._failed(failure)
        QTimer.singleShot(_TRY_AGAIN_MS, self._tasks, self._try_again)

    def _try_again(self) -> None:
        if self._has_failed and not self._tasks.is_closed:
            self.save()

    def _save(self) -> None:
        # What is newest by now, so that no older value ever comes after a newer one.
        with self._lock:
            save_settings(self._path, self._settings)
