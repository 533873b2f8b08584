"""Lets Ctrl+C in the terminal, and a polite kill, close the window properly."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TerminationSignals(QObject):
    """Turns the system's signals into one of Qt's.

    Python runs its handlers between two of its own instructions, and none are executed
    while Qt waits. So the signal writes a byte to a socket, which wakes Qt.

    Signals:
        interrupted: the program shall end
    """

    interrupted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._old_descriptor = signal.set_wakeup_fd(
            self._writer.fileno(), warn_on_full_buffer=False
        )
        self._old_handlers = {number: signal.signal(number, _note) for number in _SIGNALS}

    def close(self) -> None:
        """Give the signals back."""
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_descriptor)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    @Slot()
    def _on_activated(self) -> None:
        try:
            received = self._reader.recv(64)
        except BlockingIOError:
            return
        # Other signals, such as a child's end, may come here too.
        if any(number in received for number in _SIGNALS):
            self.interrupted.emit()


def _note(number: int, frame: FrameType | None) -> None:
    """Only keeps Python from its own answer; the socket does the rest."""
