"""Keeps a second window from opening on the same chats, and says so."""

from pathlib import Path

from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QMessageBox

from app.notifications.notification import Notification
from app.platform import log


class InstanceLock:
    """Held while a window is open; one that was left by a killed program holds nobody back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = QLockFile(str(folder / "window.lock"))
        # A window may be open for weeks. Whether its process lives decides, not the clock.
        self._lock.setStaleLockTime(0)

    def take(self) -> bool:
        """Whether this is the only window; a folder that cannot be written is told elsewhere."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.start.info("no lock can be taken: %s", type(error).__name__)
            return True
        if self._lock.tryLock(0):
            return True
        return self._lock.error() is not QLockFile.LockError.LockFailedError

    def release(self) -> None:
        """Let another window open."""
        self._lock.unlock()


def show_already_open(notification: Notification) -> None:
    """Say so and wait until it was read."""
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle("Sideglance")
    box.setText(notification.title)
    box.setInformativeText(notification.explanation)
    box.exec()
