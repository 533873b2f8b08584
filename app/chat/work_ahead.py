"""Has the engine read what the next question will need while it is being typed."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app import log
from app.chat.answering import AnswerQueue
from app.chat.draft_words import whole_words
from app.chat.history import messages_of, part_of
from app.chat.screen import Place, Screen
from app.chat.store import Store
from app.chat.store_room import StoreRoom
from app.chat.tray import Tray
from app.chat.turns import Turn
from app.engine_link import EngineLink
from app.model_state import ModelState, Ready
from app.models.loading import ModelLoading
from runtime.content import Message, Role, Text
from runtime.requests import WorkAheadRequest

# Several files are often dropped at once, and chats are often passed over on the way to one.
_SETTLING_MS = 150
# Some words of a fast typist: fewer at a time would only cost more.
_TYPING_MS = 400


class WorkAhead(QObject):
    """Watches tray, draft and screen, and asks for reading whenever the model has nothing to do.

    The engine gives this work up for any question by itself, so nothing here is ever stopped.
    """

    def __init__(  # noqa: PLR0913 - everything it watches, given once
        self,
        *,
        link: EngineLink,
        loading: ModelLoading,
        answers: AnswerQueue,
        room: StoreRoom,
        screen: Screen,
        tray: Tray,
        model_state: ModelState,
        is_allowed: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._loading = loading
        self._answers = answers
        self._room = room
        self._screen = screen
        self._tray = tray
        self._is_allowed = is_allowed
        self._newest: tuple[Message, ...] = ()
        self._words = ""
        self._is_ended = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLING_MS)
        self._timer.timeout.connect(self._begin)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._begin)
        tray.changed.connect(self._timer.start)
        model_state.changed.connect(self._on_model_changed)

    def end(self) -> None:
        """Ask for nothing any more: the window closes."""
        self._is_ended = True
        self._timer.stop()
        self._typing.stop()

    @Slot()
    def look_again(self) -> None:
        """Another chat or branch is on screen."""
        self._timer.start()

    @Slot(str)
    def take_draft(self, text: str) -> None:
        """The question as it is typed; empty once it is sent."""
        words = whole_words(text)
        # Not started anew by each key, or nothing would be read before a pause.
        if words != self._words and words and not self._typing.isActive():
            self._typing.start()
        self._words = words

    @Slot(object)
    def _on_model_changed(self, state: object) -> None:
        if isinstance(state, Ready):
            self._timer.start()

    @Slot()
    def _begin(self) -> None:
        if not self._is_possible():
            return
        place = self._screen.place
        if place.parent_id is None:
            self._submit(place, ())
            return
        self._room.run(
            partial(Store.path, turn_id=place.parent_id),
            then=partial(self._submit, place),
            failed=lambda failure: log.chat.info("nothing read ahead: %s", failure.problem),
        )

    def _is_possible(self) -> bool:
        return (
            not self._is_ended
            and self._loading.is_loaded
            and self._answers.is_idle
            and self._tray.is_settled
            and self._is_allowed()
        )

    def _submit(self, place: Place, turns: Sequence[Turn]) -> None:
        if place is not self._screen.place or not self._is_possible():
            return
        messages = messages_of(self._answers.as_they_are(turns))
        attached = tuple(
            part_of(entry.attachment)
            for entry in self._tray.entries()
            if entry.attachment is not None
        )
        typed = (Text(text=self._words),) if self._words else ()
        if attached or typed:
            messages += (Message(role=Role.USER, parts=(*attached, *typed)),)
        if not messages or messages == self._newest:
            return
        self._newest = messages
        request_id = self._link.next_id()
        log.chat.info("request %d reads ahead %d messages", request_id, len(messages))
        self._link.submit(WorkAheadRequest(request_id=request_id, messages=messages))
