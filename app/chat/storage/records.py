"""What goes into the store and comes out of it, and rows of the store as such values."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.storage.branches import VersionPosition
from app.chat.turns import (
    Attachment,
    AttachmentKind,
    ChatId,
    ChatSummary,
    Turn,
    TurnId,
    TurnState,
)
from runtime.content import Role
from runtime.events import AnswerSeconds, TokenCounts
from runtime.problems import Problem

Value = str | int | float | None


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


def milliseconds(moment: datetime) -> int:
    """A moment as the store writes it."""
    return round(moment.timestamp() * 1000)


def summary_of(row: sqlite3.Row) -> ChatSummary:
    """A row of `chats`."""
    return ChatSummary(
        chat_id=ChatId(row["chat_id"]),
        title=row["title"],
        changed_at=datetime.fromtimestamp(row["changed_at"] / 1000, UTC),
    )


def attachment_of(row: sqlite3.Row, files: AttachmentFiles) -> Attachment:
    """A row of `turn_attachments` joined with `attachments`."""
    kept = files.kept(row["digest"], row["suffix"])
    return Attachment(
        digest=kept.digest,
        kind=AttachmentKind(row["kind"]),
        name=row["name"],
        path=kept.path,
        thumbnail=kept.thumbnail,
        width=row["width"],
        height=row["height"],
        duration_s=row["duration_s"],
    )


def turn_of(row: sqlite3.Row, place: VersionPosition, attachments: Sequence[Attachment]) -> Turn:
    """A row of `turns`."""
    return Turn(
        turn_id=place.turn_id,
        parent_id=None if row["parent_id"] is None else TurnId(row["parent_id"]),
        role=Role(row["role"]),
        text=row["text"],
        thinking=row["thinking"],
        attachments=tuple(attachments),
        state=TurnState(row["state"]),
        problem=None if row["problem"] is None else Problem(row["problem"]),
        detail=row["detail"],
        version=place.version,
        versions=place.versions,
        model_name=row["model_name"],
        tokens=_tokens_of(row),
        seconds=_seconds_of(row),
    )


def answer_values(turn: Turn) -> dict[str, Value]:
    """The columns of an answer that change while it is written."""
    tokens, seconds = turn.tokens, turn.seconds
    return {
        "turn_id": turn.turn_id,
        "text": storable(turn.text),
        "thinking": storable(turn.thinking),
        "state": turn.state.value,
        "problem": None if turn.problem is None else turn.problem.value,
        "detail": storable(turn.detail),
        "model_name": storable(turn.model_name),
        "tokens_prompt": None if tokens is None else tokens.prompt,
        "tokens_reused": None if tokens is None else tokens.reused,
        "tokens_read": None if tokens is None else tokens.read,
        "tokens_pictures": None if tokens is None else tokens.pictures,
        "tokens_generated": None if tokens is None else tokens.generated,
        "tokens_passes": 0 if tokens is None else tokens.passes,
        "seconds_pictures": None if seconds is None else seconds.pictures,
        "seconds_prefill": None if seconds is None else seconds.prefill,
        "seconds_first_token": None if seconds is None else seconds.first_token,
        "seconds_total": None if seconds is None else seconds.total,
    }


def attachments_by_turn(
    rows: Iterable[sqlite3.Row], files: AttachmentFiles
) -> dict[TurnId, list[Attachment]]:
    """Rows in the order of their positions, put with their turns."""
    found: dict[TurnId, list[Attachment]] = {}
    for row in rows:
        found.setdefault(TurnId(row["turn_id"]), []).append(attachment_of(row, files))
    return found


def add_attachments(
    connection: sqlite3.Connection,
    turn_id: TurnId,
    attachments: Sequence[Attachment],
    now: datetime,
) -> None:
    """Write what was sent along with a turn."""
    for position, each in enumerate(attachments):
        connection.execute(
            "INSERT INTO attachments"
            " (digest, kind, suffix, width, height, duration_s, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (digest) DO UPDATE SET suffix = excluded.suffix",
            (
                each.digest,
                each.kind.value,
                each.path.name.removeprefix(each.digest),
                each.width,
                each.height,
                each.duration_s,
                milliseconds(now),
            ),
        )
        connection.execute(
            "INSERT INTO turn_attachments (turn_id, position, digest, name) VALUES (?, ?, ?, ?)",
            (turn_id, position, each.digest, storable(each.name)),
        )


def storable(text: str) -> str:
    """The text without lone surrogates, which a file's name can contain and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _tokens_of(row: sqlite3.Row) -> TokenCounts | None:
    if row["tokens_prompt"] is None:
        return None
    return TokenCounts(
        prompt=row["tokens_prompt"],
        reused=row["tokens_reused"],
        read=row["tokens_read"],
        pictures=row["tokens_pictures"],
        generated=row["tokens_generated"],
        passes=row["tokens_passes"],
    )


def _seconds_of(row: sqlite3.Row) -> AnswerSeconds | None:
    if row["seconds_total"] is None:
        return None
    return AnswerSeconds(
        pictures=row["seconds_pictures"],
        prefill=row["seconds_prefill"],
        first_token=row["seconds_first_token"],
        total=row["seconds_total"],
    )
