"""What the user wants of a download while it runs."""

import threading
from enum import StrEnum


class Stop(StrEnum):
    """How a download ends before it is complete."""

    PAUSE = "pause"  # what is there is kept
    CANCEL = "cancel"  # nothing is kept


class Interrupted(Exception):
    """The user wants the download to end."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop)
        self.stop = stop


class DownloadControl:
    """Set on one thread, looked at on another."""

    def __init__(self) -> None:
        self._stop: Stop | None = None
        self._changed = threading.Event()

    def set(self, stop: Stop) -> None:
        """Ask for an end; what was cancelled is not merely paused any more."""
        if self._stop is not Stop.CANCEL:
            self._stop = stop
        self._changed.set()

    def check(self) -> None:
        """Go on only if the user wants it.

        Raises:
            Interrupted: an end was asked for
        """
        if self._stop is not None:
            raise Interrupted(self._stop)

    def wait(self, seconds: float) -> None:
        """Wait, unless an end is asked for.

        Raises:
            Interrupted: it was
        """
        self._changed.wait(seconds)
        self.check()
