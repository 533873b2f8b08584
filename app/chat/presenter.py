"""What the window shows of the chats: one branch of one chat, the list, the draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.storage.records import Exchange
from app.chat.transcript import Transcript
from app.chat.turns import Attachment, ChatId, ChatSummary, Turn, TurnId
from app.notifications.notification import Notification


class ChatView(Protocol):
    """The window, as far as the conversation knows it."""

    def show_notification(self, notification: Notification) -> None:
        """Tell the user something."""

    def show_draft(self, text: str) -> None:
        """Put a text into the composer, in place of what is there."""

    def composer_text(self) -> str:
        """What the user has written and not sent yet."""

    def show_waiting(self, text: str) -> None:
        """Show a question that was sent and cannot be on screen yet; "" for none."""


# Compared by identity, and changed in place: a question that is on its way to the store and
# the screen share one, so the next question knows where the first has gone.
@dataclass(slots=True, eq=False)
class ChatPosition:
    """Where the next question goes.

    Attributes:
        chat_id: None for a chat that is not saved yet
        parent_id: the turn it will follow; None makes it a first turn
    """

    chat_id: ChatId | None = None
    parent_id: TurnId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was in composer and tray before an earlier question took their place."""

    text: str
    attachments: tuple[Attachment, ...]


class ChatPresenter:
    """The only writer of transcript and chat list.

    Attributes:
        place: where the next question goes; a new one whenever another branch is shown
        is_asking: whether a question was sent that is not on screen yet
    """

    def __init__(
        self,
        *,
        transcript: Transcript,
        draft_attachments: DraftAttachments,
        chats: ChatList,
        view: ChatView,
    ) -> None:
        self._transcript = transcript
        self._draft_attachments = draft_attachments
        self._chats = chats
        self._view = view
        self._draft: Draft | None = None
        self.place = ChatPosition()
        self.is_asking = False

    @property
    def is_untouched(self) -> bool:
        """Whether nothing is shown and nothing was written yet."""
        return (
            self.place.chat_id is None
            and not self.is_asking
            and self._transcript.last() is None
            and not self._draft_attachments.entries()
            and not self._view.composer_text().strip()
        )

    @property
    def is_editing(self) -> bool:
        """Whether an earlier question is in the composer."""
        return self._draft is not None

    def turns(self) -> tuple[Turn, ...]:
        """The turns on screen."""
        return self._transcript.turns()

    def find(self, turn_id: TurnId) -> Turn | None:
        """The turn of this id, if it is on screen."""
        try:
            return self._transcript.turn(turn_id)
        except KeyError:
            return None

    def show_turns(self, chat_id: ChatId | None, turns: Sequence[Turn]) -> None:
        """Show a branch of a chat; the next question follows its last turn."""
        self.end_edit()
        self.place = ChatPosition(chat_id, turns[-1].turn_id if turns else None)
        self._transcript.show_turns(turns)
        self._chats.set_current(chat_id)

    def update(self, turn: Turn) -> None:
        """Show what has become of a turn, if it is on screen."""
        if self.find(turn.turn_id) is not None:
            self._transcript.replace(turn)

    def append_text(self, turn_id: TurnId, text: str) -> None:
        """Let an answer grow, if it is on screen."""
        if self.find(turn_id) is not None:
            self._transcript.append_text(turn_id, text)

    def append_thinking(self, turn_id: TurnId, text: str) -> None:
        """Let the thinking before an answer grow, if it is on screen."""
        if self.find(turn_id) is not None:
            self._transcript.append_thinking(turn_id, text)

    def show_exchange(self, exchange: Exchange) -> None:
        """Add a question and its answer at the end."""
        self.end_edit()
        self._transcript.append(exchange.question)
        self._transcript.append(exchange.answer)
        self._chats.set_current(exchange.chat.chat_id)

    def show_answer_instead(self, answer: Turn) -> None:
        """Put another answer in the place of what follows its question."""
        self.end_edit()
        turns = self._transcript.turns()
        after = [turn for turn in turns if turn.parent_id == answer.parent_id]
        if after:
            self._transcript.remove_from(after[0].turn_id)
        self._transcript.append(answer)

    def list_chats(self, chats: Sequence[ChatSummary]) -> None:
        """Show these chats, the one changed last first."""
        newest_first = sorted(chats, key=lambda chat: (chat.changed_at, chat.chat_id), reverse=True)
        self._chats.show_chats(newest_first)

    def list_chat(self, chat: ChatSummary) -> None:
        """Show what has become of one chat, or that there is a new one."""
        self.list_chats([*self._others(chat.chat_id), chat])

    def unlist_chat(self, chat_id: ChatId) -> ChatSummary | None:
        """Take a chat out of the list; hands it over if it was there."""
        found = self.listed_chat(chat_id)
        self.list_chats(self._others(chat_id))
        return found

    def listed_chat(self, chat_id: ChatId) -> ChatSummary | None:
        """The chat of this id, if it is listed."""
        return next((chat for chat in self._chats.chats() if chat.chat_id == chat_id), None)

    def begin_edit(self, turn: Turn) -> None:
        """Bring an earlier question back; what was in the composer waits until it is sent."""
        if self._draft is None:
            self._draft = Draft(
                text=self._view.composer_text(), attachments=self._draft_attachments.take()
            )
        self._transcript.remove_from(turn.turn_id)
        self._draft_attachments.show_attachments(turn.attachments)
        self._view.show_draft(turn.text)
        self.place = ChatPosition(self.place.chat_id, turn.parent_id)

    def end_edit(self) -> None:
        """Put back what was in the composer before."""
        if self._draft is None:
            return
        draft, self._draft = self._draft, None
        self._draft_attachments.show_attachments(draft.attachments)
        self._view.show_draft(draft.text)

    def show_waiting(self, text: str) -> None:
        """Show a question that was sent and is not in the conversation yet; "" for none."""
        self._view.show_waiting(text)

    def return_question(self, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """Give back what could not be sent, before what was written since."""
        written = self._view.composer_text()
        self._view.show_draft(f"{text}\n\n{written}" if written.strip() else text)
        if attachments:
            self._draft_attachments.show_attachments(
                [*attachments, *self._draft_attachments.take()]
            )

    def _others(self, chat_id: ChatId) -> list[ChatSummary]:
        return [chat for chat in self._chats.chats() if chat.chat_id != chat_id]
