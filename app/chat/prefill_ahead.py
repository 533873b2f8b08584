"""Has the engine read what the next question will need while it is being typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import psutil
from PySide6.QtCore import QObject, QTimer, Slot

from app.chat.answer_queue import AnswerQueue
from app.chat.draft_attachments import DraftAttachments
from app.chat.presenter import ChatPosition, ChatPresenter
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.store import Store
from app.chat.turns import Turn, messages_of, part_of
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState, Ready
from app.model_manager.loading import ModelLoading
from app.platform import log
from runtime.content import Message, Role, Text
from runtime.requests import PrefillRequest

# Longer than a word; text without blanks is Chinese, Japanese, Thai or the like.
_LONGEST_WORD = 40
# Characters at the end of such text that belong to a word not yet whole.
_UNSETTLED = 8
# Beyond this a draft is sent, not watched.
_LONGEST_DRAFT = 50_000
# Several files are often dropped at once, and chats are often passed over on the way to one.
_SETTLING_MS = 150
# Some words of a fast typist: fewer at a time would only cost more.
_TYPING_MS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Where the computer's power comes from.

    Attributes:
        plugged_in: also true for a computer without a battery
        percent: how full the battery is; 100 without one
    """

    plugged_in: bool = True
    percent: float = 100.0


def read_power() -> Power:
    """Ask the system; a system that does not tell has no battery."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is None:
        return Power()
    return Power(plugged_in=battery.power_plugged is not False, percent=battery.percent)


def may_prefill_ahead(power: Power, *, switched_on: bool, least_percent: int) -> bool:
    """Whether to read what the next question will need before it is asked.

    Args:
        power: the system's, now
        switched_on: whether the user wants it
        least_percent: on battery, only while it is at least this full
    """
    return switched_on and (power.plugged_in or power.percent >= least_percent)


def stable_prefix(text: str) -> str:
    """A draft without the word that is being typed."""
    if len(text) > _LONGEST_DRAFT:
        return ""
    end = len(text)
    while end and not text[end - 1].isspace():
        end -= 1
    if len(text) - end > _LONGEST_WORD:
        end = len(text) - _UNSETTLED
    return text[:end].strip()


class PrefillAhead(QObject):
    """Watches tray, draft and screen, and asks for reading whenever the model has nothing to do.

    The engine gives this work up for any question by itself, so nothing here is ever stopped.
    """

    def __init__(  # noqa: PLR0913 - everything it watches, given once
        self,
        *,
        link: EngineLink,
        loading: ModelLoading,
        answers: AnswerQueue,
        store: AsyncStore,
        presenter: ChatPresenter,
        draft_attachments: DraftAttachments,
        model_state: ModelState,
        is_allowed: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._loading = loading
        self._answers = answers
        self._store = store
        self._presenter = presenter
        self._draft_attachments = draft_attachments
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
        draft_attachments.changed.connect(self._timer.start)
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
        words = stable_prefix(text)
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
        place = self._presenter.place
        if place.parent_id is None:
            self._submit(place, ())
            return
        self._store.run(
            partial(Store.path, turn_id=place.parent_id),
            then=partial(self._submit, place),
            failed=lambda failure: log.chat.info("nothing read ahead: %s", failure.problem),
        )

    def _is_possible(self) -> bool:
        return (
            not self._is_ended
            and self._loading.is_loaded
            and self._answers.is_idle
            and self._draft_attachments.is_settled
            and self._is_allowed()
        )

    def _submit(self, place: ChatPosition, turns: Sequence[Turn]) -> None:
        if place is not self._presenter.place or not self._is_possible():
            return
        messages = messages_of(self._answers.as_they_are(turns))
        attached = tuple(
            part_of(entry.attachment)
            for entry in self._draft_attachments.entries()
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
        self._link.submit(PrefillRequest(request_id=request_id, messages=messages))
