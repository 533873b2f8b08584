"""Holds the settings while the program runs, and saves each change."""

from functools import partial
from pathlib import Path

from app.background import Lane, OnFailure
from app.settings import Settings, save_settings


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
