"""Rows of the store as values, and back."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from app.chat.attachment_files import AttachmentFiles
from app.chat.branches import Place
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


def turn_of(row: sqlite3.Row, place: Place, attachments: Sequence[Attachment]) -> Turn:
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
