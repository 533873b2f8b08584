"""Turns what the user wants of the conversation into answers that are asked for."""

from collections import deque
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app.chat.answer_queue import AnswerQueue
from app.chat.draft_attachments import DraftAttachments
from app.chat.presenter import ChatPosition, ChatPresenter
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.records import Chat, Exchange, Question
from app.chat.storage.store import Store
from app.chat.transcript import TurnVersion
from app.chat.turns import OPEN_STATES, Turn, TurnId, TurnState, make_title
from app.notifications import messages, problem_messages
from app.notifications.notification import Notification
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from runtime.content import Role
from runtime.problems import RuntimeFailure

_SHOW_WAITING_MS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that waits for its files, or for the one before it.

    Attributes:
        place: where it goes
        is_edit: whether it is a new version of an earlier one
    """

    text: str
    place: ChatPosition
    is_edit: bool


class ChatController(QObject):
    """Decides what happens to the chat on screen when the user wants something."""

    def __init__(
        self,
        *,
        presenter: ChatPresenter,
        draft_attachments: DraftAttachments,
        store: AsyncStore,
        answers: AnswerQueue,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._draft_attachments = draft_attachments
        self._store = store
        self._answers = answers
        self._notification_center = notification_center
        self._asked: deque[Asked] = deque()
        self._is_sending = False
        # The one that the store writes now.
        self._sending = ""
        self._stops_when_sent = False
        # Mostly it takes milliseconds, and a word that flashes up tells nobody anything.
        self._waiting = QTimer(self, singleShot=True, interval=_SHOW_WAITING_MS)
        self._waiting.timeout.connect(self._show_waiting)
        draft_attachments.changed.connect(self._on_draft_attachments_changed)
        answers.failed.connect(self._on_answer_failed)

    @Slot(str)
    def send(self, text: str) -> None:
        """Ask a question, once the files that go with it are known."""
        if not text.strip() and not self._draft_attachments.entries():
            return
        self._asked.append(
            Asked(text=text, place=self._presenter.place, is_edit=self._presenter.is_editing)
        )
        self._waiting.start()
        self._send_next()
        self._note_asking()

    @Slot()
    def hold_back(self) -> None:
        """Give back questions that wait: one of their files cannot be used."""
        if self._asked:
            self._presenter.return_question(self._take_waiting())
            self._note_asking()
            self._show_waiting()

    @Slot()
    def stop(self) -> None:
        """Take back a question that waits, or end the answer on screen or at the model."""
        if self._asked:
            self.hold_back()
            return
        if self._is_sending:
            self._stops_when_sent = True
            return
        for turn in self._presenter.turns():
            if turn.state in OPEN_STATES:
                self._answers.stop(turn.turn_id)
                return
        self._answers.stop_current()

    @Slot(object)
    def edit(self, turn_id: TurnId) -> None:
        """Bring an earlier question back into the composer."""
        turn = self._presenter.find(turn_id)
        if turn is None or turn.role is not Role.USER:
            return
        self._presenter.begin_edit(turn)
        self._notification_center.show(messages.editing(), self._keep_as_it_was)

    @Slot(object)
    def regenerate(self, turn_id: TurnId) -> None:
        """Have another answer written beside one that there is."""
        turn = self._presenter.find(turn_id)
        chat_id = self._presenter.place.chat_id
        if turn is None or chat_id is None:
            return
        question_id = turn.parent_id if turn.role is Role.ASSISTANT else turn.turn_id
        if question_id is None:
            return
        self._answers.stop_chat(chat_id)
        self._store.run(
            partial(Store.begin_answer, question_id=question_id),
            then=partial(self._on_answer_begun, self._presenter.place),
            failed=self._notification_center.show_failure,
        )

    @Slot(object)
    def choose_version(self, chosen: TurnVersion) -> None:
        """Show the newest branch through another version of a turn."""
        self._store.run(
            partial(Store.choose_version, turn_id=chosen.turn_id, version=chosen.version),
            then=partial(self._on_branch_chosen, self._presenter.place),
            failed=self._notification_center.show_failure,
        )

    @Slot(object)
    def act_on(self, notification: Notification) -> None:
        """Do what a notice's button says."""
        if (
            self._notification_center.act_on(notification)
            or notification.action != problem_messages.TRY_AGAIN
        ):
            return
        # A card shows its turn's problem by itself, so the button can only mean that turn.
        turns = self._presenter.turns()
        if turns and turns[-1].state is TurnState.FAILED:
            self.regenerate(turns[-1].turn_id)

    @Slot()
    def _on_draft_attachments_changed(self) -> None:
        self._send_next()

    def _send_next(self) -> None:
        if self._is_sending or not self._asked or not self._draft_attachments.is_settled:
            return
        self._is_sending = True
        asked = self._asked.popleft()
        attachments = self._draft_attachments.take()
        question = Question(
            chat_id=asked.place.chat_id,
            parent_id=asked.place.parent_id,
            text=asked.text,
            attachments=attachments,
            title=make_title(asked.text, attachments, messages.NEW_CHAT),
        )
        self._sending = asked.text
        log.chat.info("sending %d characters, %d attachments", len(asked.text), len(attachments))
        self._store.run(
            partial(Store.begin_exchange, question=question),
            then=partial(self._on_sent, asked),
            failed=partial(self._on_not_sent, question),
        )

    def _take_waiting(self) -> str:
        waiting = "\n\n".join(asked.text for asked in self._asked)
        self._asked.clear()
        return waiting

    def _on_sent(self, asked: Asked, exchange: Exchange) -> None:
        chat_id = exchange.chat.chat_id
        if asked.is_edit:
            # Nobody waits for the answers of the version it replaces.
            self._answers.stop_chat(chat_id)
        asked.place.chat_id = chat_id
        asked.place.parent_id = exchange.answer.turn_id
        self._presenter.list_chat(exchange.chat)
        if asked.place is self._presenter.place:
            self._presenter.show_exchange(exchange)
        elif self._presenter.place.chat_id == chat_id and not self._presenter.is_editing:
            self._show_again()
        self._answers.ask(chat_id, exchange.answer)
        if self._stops_when_sent:
            self._answers.stop(exchange.answer.turn_id)
        self._is_sending, self._sending, self._stops_when_sent = False, "", False
        self._send_next()
        self._note_asking()
        if not self._waiting.isActive():
            self._show_waiting()

    def _on_not_sent(self, question: Question, failure: RuntimeFailure) -> None:
        self._is_sending, self._sending, self._stops_when_sent = False, "", False
        waiting = self._take_waiting()
        text = f"{question.text}\n\n{waiting}" if waiting else question.text
        self._presenter.return_question(text, question.attachments)
        self._note_asking()
        self._show_waiting()
        self._notification_center.show_failure(failure)

    def _note_asking(self) -> None:
        self._presenter.is_asking = self._is_sending or bool(self._asked)

    @Slot()
    def _show_waiting(self) -> None:
        """Show what was sent and is not in the conversation yet."""
        texts = [self._sending] if self._is_sending else []
        self._presenter.show_waiting("\n\n".join([*texts, *(asked.text for asked in self._asked)]))

    def _on_answer_begun(self, place: ChatPosition, exchange: Exchange) -> None:
        self._presenter.list_chat(exchange.chat)
        if place is self._presenter.place:
            place.parent_id = exchange.answer.turn_id
            self._presenter.show_answer_instead(exchange.answer)
        self._answers.ask(exchange.chat.chat_id, exchange.answer)

    def _on_branch_chosen(self, place: ChatPosition, chat: Chat) -> None:
        if place is self._presenter.place:
            turns = self._answers.as_they_are(chat.turns)
            self._presenter.show_turns(chat.summary.chat_id, turns)

    def _on_answer_failed(self, turn: Turn) -> None:
        if turn.problem is not None:
            self._notification_center.show_problem(
                turn.problem, turn.detail, partial(self.regenerate, turn.turn_id)
            )

    def _keep_as_it_was(self) -> None:
        if self._presenter.is_editing:
            self._show_again()

    def _show_again(self) -> None:
        chat_id = self._presenter.place.chat_id
        if chat_id is not None:
            self._store.run(
                partial(Store.open_chat, chat_id=chat_id),
                then=partial(self._on_branch_chosen, self._presenter.place),
                failed=self._notification_center.show_failure,
            )
