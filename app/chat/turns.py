"""Chats, turns and attachments: the frozen values the window is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType, assert_never

from runtime.content import Image, Message, Part, Role, Text, Video, text_message
from runtime.events import AnswerSeconds, TokenCounts
from runtime.problems import Problem

ChatId = NewType("ChatId", int)
TurnId = NewType("TurnId", int)

_LONGEST = 60


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


def make_title(text: str, attachments: Sequence[Attachment], otherwise: str) -> str:
    """The question's first line, shortened at a word, or what was sent along."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    first = next((line for line in lines if line), "")
    if not first and attachments:
        first = " ".join(attachments[0].name.split())
    return shorten(first) or otherwise


def shorten(line: str, longest: int = _LONGEST) -> str:
    """The line, or as many of its words as fit, and an ellipsis."""
    if len(line) <= longest:
        return line
    start, space, _ = line[:longest].rpartition(" ")
    # A single long word, or a language that writes without spaces, is cut anywhere.
    kept = start if space and len(start) > longest // 2 else line[: longest - 1]
    return kept.rstrip(" ,;:.-") + "…"


def messages_of(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """What was said on a branch, without thinking and without answers that stayed empty.

    An answer that was stopped or failed counts as far as it went.
    """
    return tuple(message for turn in turns if (message := _message_of(turn)) is not None)


def _message_of(turn: Turn) -> Message | None:
    if turn.role is not Role.USER:
        return text_message(turn.role, turn.text) if turn.text.strip() else None
    parts: list[Part] = [part_of(attachment) for attachment in turn.attachments]
    if turn.text.strip():
        parts.append(Text(text=turn.text))
    return Message(role=Role.USER, parts=tuple(parts)) if parts else None


def part_of(attachment: Attachment) -> Part:
    """A file sent along, as the engine is shown it."""
    match attachment.kind:
        case AttachmentKind.PICTURE:
            return Image(path=attachment.path)
        case AttachmentKind.VIDEO:
            return Video(path=attachment.path)
        case _:
            assert_never(attachment.kind)
