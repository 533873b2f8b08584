"""What the engine keeps of what it read: how much it may, how much it does, and forgetting it."""

from functools import partial
from pathlib import Path
from typing import Protocol

import psutil
from PySide6.QtCore import QObject, Slot

from app import words
from app.background import Lane
from app.kept_readings import MOST_GIGABYTES, MOST_MEMORY_PERCENT, Cleared, bytes_used, clear
from app.models.loading import Keeping
from app.notice_desk import NoticeDesk
from app.notices import Notice
from app.settings_keeper import SettingsKeeper


class ReadingsBoard(Protocol):
    """The window, as far as it shows what is kept."""

    def show_kept_bytes(self, used_bytes: int) -> None:
        """Say how much is kept."""

    def show_cleared(self, notice: Notice) -> None:
        """Say what became of what was kept."""


class Readings(QObject):
    """Looks after the engine's part of the cache folder.

    Attributes:
        folder: the engine's part of the cache
    """

    def __init__(
        self,
        *,
        folder: Path,
        lane: Lane,
        settings: SettingsKeeper,
        desk: NoticeDesk,
        board: ReadingsBoard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self._lane = lane
        self._settings = settings
        self._desk = desk
        self._board = board

    def keeping(self) -> Keeping:
        """What the engine may keep from now on."""
        # Somebody can have written any number into the file.
        settings = self._settings.settings
        gigabytes = min(max(settings.cache_gigabytes, 0), MOST_GIGABYTES)
        percent = min(max(settings.memory_percent, 0), MOST_MEMORY_PERCENT)
        free = psutil.virtual_memory().available
        return Keeping(
            folder=self.folder if gigabytes > 0 else None,
            disk_bytes=gigabytes << 30,
            memory_bytes=free * percent // 100,
        )

    def count(self) -> None:
        """Have the window told how much is kept."""
        self._lane.run(partial(bytes_used, self.folder), then=self._board.show_kept_bytes)

    def forget_if_unwanted(self) -> None:
        """Without a folder the engine never looks there, so nobody else would."""
        if self._settings.settings.cache_gigabytes <= 0:
            self._lane.run(partial(clear, self.folder))

    @Slot()
    def forget(self) -> None:
        """Delete what is kept, and say what became of it."""
        self._lane.run(
            partial(clear, self.folder), then=self._on_cleared, failed=self._desk.show_failure
        )

    def forget_now(self) -> None:
        """Delete what is kept before this returns; for the end of the program."""
        clear(self.folder)

    def _on_cleared(self, cleared: Cleared) -> None:
        self._board.show_cleared(words.readings_cleared(cleared.freed_bytes, cleared.left))
        self.count()
