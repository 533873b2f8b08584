"""Builds the cards of a long chat in slices, newest first, so that nothing stalls."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from app.chat.turns import TurnId

_SLICE_MS = 6


class CardBuilder(QObject):
    """A queue of cards that are still to be built.

    Signals:
        slice_built: some cards were added and the event loop gets its turn
    """

    slice_built = Signal()

    def __init__(self, build: Callable[[TurnId], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self._waiting: list[TurnId] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_done(self) -> bool:
        """Whether every card has been built."""
        return not self._waiting

    def start(self, turn_ids: Sequence[TurnId]) -> None:
        """Build these, the last one first, in place of what was still to be built."""
        self._waiting = list(turn_ids)
        if self._waiting:
            self._timer.start()
        else:
            self._timer.stop()

    def forget(self, turn_ids: Sequence[TurnId]) -> None:
        """Do not build these any more."""
        gone = set(turn_ids)
        self._waiting = [turn_id for turn_id in self._waiting if turn_id not in gone]

    def _on_timeout(self) -> None:
        clock = QElapsedTimer()
        clock.start()
        while self._waiting and clock.elapsed() < _SLICE_MS:
            self._build(self._waiting.pop())
        if not self._waiting:
            self._timer.stop()
        self.slice_built.emit()
