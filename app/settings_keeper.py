"""Holds the settings while the program runs, and saves each change."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.background import Lane, OnFailure
from app.settings import Settings, save_settings
from runtime.requests import ModelFiles


class SettingsKeeper:
    """The settings as they are now."""

    def __init__(self, path: Path, settings: Settings, lane: Lane, failed: OnFailure) -> None:
        self._path = path
        self._lane = lane
        self._failed = failed
        self._settings = settings
        # The models folder is changed in the pool, in the middle of a move.
        self._lock = threading.RLock()

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
        self._lane.run(self._save, failed=self._failed)

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

    def _save(self) -> None:
        # What is newest by now, so that no older value ever comes after a newer one.
        with self._lock:
            save_settings(self._path, self._settings)
