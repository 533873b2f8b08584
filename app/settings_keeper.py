"""Holds the settings while the program runs, and saves each change."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from app.background import Lane, OnFailure
from app.settings import Settings, save_settings
from runtime.requests import ModelFiles


class SettingsKeeper:
    """The settings as they are now.

    Attributes:
        settings: the newest value
    """

    def __init__(self, path: Path, settings: Settings, lane: Lane, failed: OnFailure) -> None:
        self._path = path
        self._lane = lane
        self._failed = failed
        self.settings = settings

    def set(self, settings: Settings) -> None:
        """Take a new value and save it, if it is one."""
        if settings == self.settings:
            return
        self.settings = settings
        self._lane.run(partial(save_settings, self._path, settings), failed=self._failed)

    def chosen_files(self) -> ModelFiles | None:
        """The model the user loaded last."""
        if self.settings.model is None:
            return None
        projector = self.settings.projector
        return ModelFiles(
            model=Path(self.settings.model),
            projector=None if projector is None else Path(projector),
        )

    def take_edited(self, edited: Settings) -> None:
        """Take what somebody edited in the dialog.

        What the program remembers by itself stays: meanwhile an answer can have begun the chat
        that is remembered as the last one.
        """
        now = self.settings
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
