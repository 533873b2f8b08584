"""What goes into the store and comes out of it, besides turns."""

from dataclasses import dataclass
from pathlib import Path

from app.chat.turns import Attachment, ChatId, ChatSummary, Turn, TurnId


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the user sends.

    Attributes:
        chat_id: the chat it belongs to; None begins a new one
        parent_id: the turn it follows; None makes it a first turn
        title: what a new chat is called
    """

    chat_id: ChatId | None
    parent_id: TurnId | None
    text: str
    attachments: tuple[Attachment, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question that is on disk, and the empty answer that follows it."""

    chat: ChatSummary
    question: Turn
    answer: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat and the turns of its current branch, oldest first."""

    summary: ChatSummary
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came back of a damaged file.

    Attributes:
        turns: how many questions and answers
        lost: how many did not; None if nobody knows
    """

    turns: int
    lost: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedStore:
    """What was found when the store was opened.

    Attributes:
        is_read_only: whether the disk is too full for anything to be written
        is_bereft: whether the file was missing, though files are here that were sent along
        moved_aside: where a damaged store was put; None if it was sound
        recovered: what came back of the damaged store
    """

    chats: tuple[ChatSummary, ...]
    is_read_only: bool = False
    is_bereft: bool = False
    moved_aside: Path | None = None
    recovered: Recovered | None = None
