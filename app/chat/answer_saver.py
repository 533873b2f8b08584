"""Keeps what was written of answers on disk, and goes on trying when that does not succeed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app.chat.storage.async_store import AsyncStore
from app.chat.storage.store import Store
from app.chat.streaming_answer import StreamingAnswer
from app.chat.turns import TurnId
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter
from runtime.problems import RuntimeFailure

# Under a second, so that a crash costs less than a second of text.
_EVERY_MS = 800

OnSettled = Callable[[RuntimeFailure | None], None]


class AnswerSaver(QObject):
    """Saves an answer while it streams in, and when it ends.

    What could not be saved, because the disk was full or another program had the store, is
    kept here until it is, however many answers have ended meanwhile.
    """

    def __init__(
        self,
        *,
        store: AsyncStore,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._notification_center = notification_center
        self._streaming: StreamingAnswer | None = None
        # Everything that the store does not have all of, or has not confirmed yet.
        self._unsaved: dict[TurnId, StreamingAnswer] = {}
        self._on_its_way: set[TurnId] = set()
        self._failure: RuntimeFailure | None = None
        self._on_settled: OnSettled | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._on_due)

    def watch(self, answer: StreamingAnswer | None) -> None:
        """Save this answer again and again while it streams; None when none does."""
        self._streaming = answer
        self._keep_time()

    def save(self, answer: StreamingAnswer) -> None:
        """Save an answer as it is now."""
        self._unsaved[answer.turn_id] = answer
        self._keep_time()
        if answer.turn_id in self._on_its_way:
            # Once the store has answered, what changed since is saved.
            return
        answer.is_saved = True
        self._on_its_way.add(answer.turn_id)
        self._store.run(
            partial(Store.save_answer, turn=answer.turn),
            then=lambda _: self._on_saved(answer),
            failed=partial(self._on_failed, answer),
        )

    def unsaved(self) -> tuple[StreamingAnswer, ...]:
        """Answers that the store has an older state of."""
        return tuple(self._unsaved.values())

    def settle(self, then: OnSettled) -> None:
        """Try once more to save everything, and say whether that succeeded.

        Args:
            then: given None, or why something is still not saved
        """
        self._on_settled = then
        for answer in self.unsaved():
            self.save(answer)
        self._tell_if_settled()

    @Slot()
    def _on_due(self) -> None:
        due = [self._streaming, *self._unsaved.values()]
        for answer in due:
            if answer is not None and not answer.is_saved:
                self.save(answer)

    def _on_saved(self, answer: StreamingAnswer) -> None:
        self._on_its_way.discard(answer.turn_id)
        if answer.is_saved:
            del self._unsaved[answer.turn_id]
        elif self._on_settled is not None:
            self.save(answer)
        if self._failure is not None and not self._unsaved:
            self._failure = None
            self._notification_center.show(messages.answers_saved())
        self._keep_time()
        self._tell_if_settled()

    def _on_failed(self, answer: StreamingAnswer, failure: RuntimeFailure) -> None:
        self._on_its_way.discard(answer.turn_id)
        answer.is_saved = False
        # It is tried again every second; the user is told once.
        if self._failure is None:
            self._notification_center.show(messages.answer_not_saved(failure))
        self._failure = failure
        self._tell_if_settled()

    def _keep_time(self) -> None:
        if self._streaming is None and not self._unsaved:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _tell_if_settled(self) -> None:
        if self._on_settled is not None and not self._on_its_way:
            then, self._on_settled = self._on_settled, None
            then(self._failure if self._unsaved else None)
