"""Chats, turns and attachments: the frozen values the window is drawn from."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType

from runtime.content import Role
from runtime.events import AnswerSeconds, TokenCounts
from runtime.problems import Problem

ChatId = NewType("ChatId", int)
TurnId = NewType("TurnId", int)


class AttachmentKind(StrEnum):
    """What a person can send along."""

    PICTURE = "picture"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file kept with a chat, named by its content.

    Attributes:
        digest: SHA-256 of the file's bytes, in hex
        name: the file's name when it was given, for people
        path: our copy of the file
        thumbnail: a small PNG of it
        width: pixels, upright
        height: pixels, upright
        duration_s: length of a video; None for a picture
    """

    digest: str
    kind: AttachmentKind
    name: str
    path: Path
    thumbnail: Path
    width: int
    height: int
    duration_s: float | None = None


class TurnState(StrEnum):
    """How far a turn has come; a user's turn is always COMPLETE."""

    QUEUED = "queued"  # waits for the model
    READING = "reading"  # the prompt is being read
    WRITING = "writing"  # text streams in
    COMPLETE = "complete"
    STOPPED = "stopped"  # the user stopped it
    CUT = "cut"  # the context or the token limit ended it
    LOOPED = "looped"  # it repeated itself and was ended
    FAILED = "failed"  # see `problem`


OPEN_STATES = frozenset({TurnState.QUEUED, TurnState.READING, TurnState.WRITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a chat.

    Attributes:
        parent_id: the turn it answers or follows; None for a chat's first
        version: which of the turns with the same parent this is, from 1
        versions: how many turns have the same parent
        problem: why it failed; only with TurnState.FAILED
        detail: the figure or name behind the problem
    """

    turn_id: TurnId
    parent_id: TurnId | None
    role: Role
    text: str = ""
    thinking: str = ""
    attachments: tuple[Attachment, ...] = ()
    state: TurnState = TurnState.COMPLETE
    problem: Problem | None = None
    detail: str = ""
    version: int = 1
    versions: int = 1
    model_name: str = ""
    tokens: TokenCounts | None = None
    seconds: AnswerSeconds | None = None


def stopped(turn: Turn) -> Turn:
    """The turn as it is once nobody writes it any more."""
    return replace(turn, state=TurnState.STOPPED) if turn.state in OPEN_STATES else turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSummary:
    """A chat as the sidebar lists it."""

    chat_id: ChatId
    title: str
    changed_at: datetime
