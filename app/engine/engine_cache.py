"""The engine's cache on disk: how much it may take, how much it does, and clearing it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import psutil
from PySide6.QtCore import QObject, Slot

from app.notifications import messages
from app.notifications.notification import Notification
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.task_pool import TaskQueue
from app.settings.settings import MOST_CACHE_GIGABYTES, MOST_MEMORY_PERCENT
from app.settings.settings_store import SettingsStore
from runtime.cache_files import EMBEDDINGS, STATES, is_abandoned, parse_whole

# The engine's folders; nothing else is looked at.
_FOLDERS = (STATES, EMBEDDINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheLimits:
    """Where and how much of what was read may be kept.

    Attributes:
        folder: for the next start; None keeps nothing there
        disk_bytes: most that it may take there
        memory_bytes: most RAM for chats that are not open
    """

    folder: Path | None = None
    disk_bytes: int = 4 << 30
    memory_bytes: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What became of the kept files.

    Attributes:
        freed_bytes: what the deleted ones took
        left: how many files, or folders of them, could not be deleted
    """

    freed_bytes: int = 0
    left: int = 0


def bytes_used(folder: Path) -> int:
    """What the kept files take together; what cannot be looked at takes nothing.

    Args:
        folder: the engine's part of the cache
    """
    used = 0
    for name in _FOLDERS:
        try:
            used += sum(_size(path) for path in _kept_files(folder / name))
        except OSError as error:
            log.jobs.info("kept files cannot be counted: %s", type(error).__name__)
    return used


def clear(folder: Path) -> Cleared:
    """Delete the kept files, each of them whole; the engine can be reading them meanwhile.

    Args:
        folder: the engine's part of the cache
    """
    freed = left = 0
    for name in _FOLDERS:
        try:
            paths = list(_kept_files(folder / name))
        except OSError as error:
            log.jobs.info("kept files cannot be listed: %s", type(error).__name__)
            left += 1
            continue
        for path in paths:
            size = _size(path)
            try:
                path.unlink()
            except FileNotFoundError:
                # The engine replaced it first.
                continue
            except OSError as error:
                # On Windows nobody can delete a file while another process has it open.
                log.jobs.info("a kept file could not be deleted: %s", type(error).__name__)
                left += 1
            else:
                freed += size
    return Cleared(freed_bytes=freed, left=left)


def _kept_files(folder: Path) -> Iterator[Path]:
    """The files that are kept, and those that died half-written.

    Raises:
        OSError: the folder is there but cannot be listed
    """
    try:
        paths = list(folder.iterdir())
    except FileNotFoundError:
        return
    for path in paths:
        if parse_whole(path) or is_abandoned(path):
            yield path


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


class CacheView(Protocol):
    """The window, as far as it shows what is kept."""

    def show_kept_bytes(self, used_bytes: int) -> None:
        """Say how much is kept."""

    def show_cleared(self, notification: Notification) -> None:
        """Say what became of what was kept."""


class EngineCache(QObject):
    """Looks after the engine's part of the cache folder.

    Attributes:
        folder: the engine's part of the cache
    """

    def __init__(
        self,
        *,
        folder: Path,
        tasks: TaskQueue,
        settings: SettingsStore,
        notification_center: NotificationCenter,
        board: CacheView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folder = folder
        self._tasks = tasks
        self._settings = settings
        self._notification_center = notification_center
        self._board = board

    def keeping(self) -> CacheLimits:
        """What the engine may keep from now on."""
        # Somebody can have written any number into the file.
        settings = self._settings.settings
        gigabytes = min(max(settings.cache_gigabytes, 0), MOST_CACHE_GIGABYTES)
        percent = min(max(settings.memory_percent, 0), MOST_MEMORY_PERCENT)
        free = psutil.virtual_memory().available
        return CacheLimits(
            folder=self.folder if gigabytes > 0 else None,
            disk_bytes=gigabytes << 30,
            memory_bytes=free * percent // 100,
        )

    def count(self) -> None:
        """Have the window told how much is kept."""
        self._tasks.run(partial(bytes_used, self.folder), then=self._board.show_kept_bytes)

    def forget_if_unwanted(self) -> None:
        """Without a folder the engine never looks there, so nobody else would."""
        if self._settings.settings.cache_gigabytes <= 0:
            self._tasks.run(partial(clear, self.folder))

    @Slot()
    def forget(self) -> None:
        """Delete what is kept, and say what became of it."""
        self._tasks.run(
            partial(clear, self.folder),
            then=self._on_cleared,
            failed=self._notification_center.show_failure,
        )

    def forget_now(self) -> None:
        """Delete what is kept before this returns; for the end of the program."""
        clear(self.folder)

    def _on_cleared(self, cleared: Cleared) -> None:
        self._board.show_cleared(messages.cache_cleared(cleared.freed_bytes, cleared.left))
        self.count()
