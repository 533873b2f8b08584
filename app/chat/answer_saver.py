"""Keeps what was written of an answer on disk."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app.chat.open_answer import OpenAnswer
from app.chat.store import Store
from app.chat.store_room import StoreRoom
from app.notice_desk import NoticeDesk
from runtime.problems import RuntimeFailure

# Under a second, so that a crash costs less than a second of text.
_EVERY_MS = 800


class AnswerSaver(QObject):
    """Saves an answer while it streams in, and when it ends."""

    def __init__(self, *, room: StoreRoom, desk: NoticeDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room = room
        self._desk = desk
        self._watched: OpenAnswer | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._on_due)

    def watch(self, answer: OpenAnswer | None) -> None:
        """Save this answer again and again; None for no answer any more."""
        self._watched = answer
        if answer is None:
            self._timer.stop()
        else:
            self._timer.start()

    def save(self, answer: OpenAnswer) -> None:
        """Save an answer as it is now."""
        answer.is_saved = True
        self._room.run(
            partial(Store.save_answer, turn=answer.turn),
            failed=partial(self._on_failed, answer),
        )

    @Slot()
    def _on_due(self) -> None:
        if self._watched is not None and not self._watched.is_saved:
            self.save(self._watched)

    def _on_failed(self, answer: OpenAnswer, failure: RuntimeFailure) -> None:
        answer.is_saved = False
        # It is tried again every second; the user is told once.
        if not answer.save_has_failed:
            answer.save_has_failed = True
            self._desk.show_failure(failure)
