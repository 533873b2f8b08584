"""Chats on disk: trees of turns in SQLite, the files sent along beside them."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.storage.branches import Node, newest_leaf, newest_leaf_below, path_to, version_of
from app.chat.storage.database import (
    checkpoint,
    damaged_files,
    errors_named,
    open_database,
    transaction,
)
from app.chat.storage.records import (
    Chat,
    Exchange,
    Question,
    add_attachments,
    answer_values,
    attachments_by_turn,
    milliseconds,
    storable,
    summary_of,
    turn_of,
)
from app.chat.turns import OPEN_STATES, ChatId, ChatSummary, Turn, TurnId, TurnState, stopped
from app.platform import log
from runtime.content import Role
from runtime.problems import Problem, RuntimeFailure

_FILE = "chats.db"
# What `detail` says of a chat or turn that is not there (any more).
GONE = "gone"

# Names of what the store knows about itself.
_MADE_AT = "made_at"
_FORGET_PREFILL = "forget_prefill"


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The saved chats. Plain and blocking; used from one thread only.

    Every method raises RuntimeFailure if the disk is full or the file cannot be used.

    Attributes:
        is_read_only: whether the disk was too full to write anything when it was opened
        is_bereft: whether it was begun anew although files are here that were sent along
        moved_aside: where a damaged store was put; None if it was sound
        recovered: what came back of the damaged store
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self._path = folder / _FILE
        self._files = AttachmentFiles(folder)
        opened = open_database(self._path, clock())
        self._connection = opened.connection
        self.is_read_only = opened.is_read_only
        self.moved_aside = opened.moved_aside
        self.recovered = opened.recovered
        self.is_bereft = opened.is_new and opened.moved_aside is None and not self._files.is_empty()
        if self.is_read_only:
            return
        try:
            if opened.is_new:
                self._set_property(_MADE_AT, milliseconds(clock()))
            self._stop_open_turns()
        except RuntimeFailure:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the file, with nothing left in its log."""
        try:
            if not self.is_read_only:
                checkpoint(self._connection)
        except RuntimeFailure as failure:
            log.store.info("the log stays: %s", failure.problem)
        with errors_named():
            self._connection.close()

    def chats(self) -> tuple[ChatSummary, ...]:
        """All chats that are not deleted, the one changed last first."""
        with errors_named():
            rows = self._connection.execute(
                "SELECT chat_id, title, changed_at FROM chats WHERE deleted_at IS NULL"
                " ORDER BY changed_at DESC, chat_id DESC"
            ).fetchall()
        return tuple(summary_of(row) for row in rows)

    def open_chat(self, chat_id: ChatId) -> Chat:
        """A chat with the turns of its current branch."""
        with errors_named():
            nodes = self._nodes(chat_id)
            (leaf,) = self._one("SELECT current_leaf_id FROM chats WHERE chat_id = ?", chat_id)
            leaf = leaf or newest_leaf(nodes)
            turns = () if leaf is None else self._turns(chat_id, nodes, TurnId(leaf))
            return Chat(summary=self._summary(chat_id), turns=turns)

    def path(self, turn_id: TurnId) -> tuple[Turn, ...]:
        """The turns from a chat's first to this one."""
        with errors_named():
            chat_id = self._chat_of(turn_id)
            return self._turns(chat_id, self._nodes(chat_id), turn_id)

    def begin_exchange(self, question: Question) -> Exchange:
        """Keep a question and an empty answer; on disk for good when this returns."""
        with self._transaction(durable=True):
            chat_id = question.chat_id
            if chat_id is None:
                chat_id = self._add_chat(question.title)
            else:
                self._summary(chat_id)
            asked = self._add_turn(
                chat_id, question.parent_id, Role.USER, TurnState.COMPLETE, question.text
            )
            add_attachments(self._connection, asked, question.attachments, self._clock())
            answer = self._add_turn(chat_id, asked, Role.ASSISTANT, TurnState.QUEUED)
            turns = self._turns(chat_id, self._nodes(chat_id), answer)
            summary = self._summary(chat_id)
        return Exchange(chat=summary, question=turns[-2], answer=turns[-1])

    def begin_answer(self, question_id: TurnId) -> Exchange:
        """Keep one more empty answer to a question, beside those there are."""
        with self._transaction(durable=True):
            chat_id = self._chat_of(question_id)
            answer = self._add_turn(chat_id, question_id, Role.ASSISTANT, TurnState.QUEUED)
            turns = self._turns(chat_id, self._nodes(chat_id), answer)
            summary = self._summary(chat_id)
        return Exchange(chat=summary, question=turns[-2], answer=turns[-1])

    def save_answer(self, turn: Turn) -> None:
        """Keep what has become of an answer; one that was purged stays away."""
        values = answer_values(turn)
        columns = ", ".join(f"{name} = :{name}" for name in values if name != "turn_id")
        with self._transaction():
            self._connection.execute(f"UPDATE turns SET {columns} WHERE turn_id = :turn_id", values)

    def choose_version(self, turn_id: TurnId, version: int) -> Chat:
        """Make the newest branch through another version of a turn the current one."""
        with self._transaction():
            chat_id = self._chat_of(turn_id)
            nodes = self._nodes(chat_id)
            leaf = newest_leaf_below(nodes, version_of(nodes, turn_id, version))
            self._connection.execute(
                "UPDATE chats SET current_leaf_id = ? WHERE chat_id = ?", (leaf, chat_id)
            )
        return self.open_chat(chat_id)

    def rename(self, chat_id: ChatId, title: str) -> None:
        """Call a chat something else."""
        self._update_chat(chat_id, "title", storable(title))

    def delete(self, chat_id: ChatId) -> None:
        """Take a chat out of the list; it is kept until `purge`."""
        self._update_chat(chat_id, "deleted_at", milliseconds(self._clock()))

    def restore(self, chat_id: ChatId) -> None:
        """Bring a deleted chat back."""
        self._update_chat(chat_id, "deleted_at", None)

    def purge(self, *, untouched_since: float | None = None) -> bool:
        """Delete for good what was deleted, with the files that only it named.

        Args:
            untouched_since: in seconds since 1970; a file that was given again since then may
                be about to be sent and stays. None keeps none.

        Returns:
            whether there were deleted chats
        """
        gone = "SELECT chat_id FROM chats WHERE deleted_at IS NOT NULL"
        nameless = "FROM attachments WHERE digest NOT IN (SELECT digest FROM turn_attachments)"
        with self._transaction():
            turns = self._connection.execute(f"DELETE FROM turns WHERE chat_id IN ({gone})")
            if turns.rowcount:
                # The index only marks words as deleted; merging it takes them out of the file.
                self._connection.execute(
                    "INSERT INTO turns_search (turns_search) VALUES ('optimize')"
                )
            chats = self._connection.execute("DELETE FROM chats WHERE deleted_at IS NOT NULL")
            if chats.rowcount:
                self._set_property(_FORGET_PREFILL, 1)
            rows = self._connection.execute(f"SELECT digest {nameless}").fetchall()
            self._connection.execute(f"DELETE {nameless}")
        if not chats.rowcount:
            return False
        checkpoint(self._connection)
        since = inf if untouched_since is None else untouched_since
        self._files.delete([row["digest"] for row in rows], untouched_since=since)
        return True

    def sweep(self) -> None:
        """Delete files that were given and never sent.

        Nothing is deleted while a damaged store lies beside this one: its chats may name any
        of them.
        """
        if damaged_files(self._path):
            return
        with errors_named():
            rows = self._connection.execute("SELECT digest FROM attachments").fetchall()
        count = self._files.sweep(
            {row["digest"] for row in rows}, not_before=self._property(_MADE_AT) / 1000
        )
        log.store.info("swept %d files", count)

    @property
    def must_forget_prefill(self) -> bool:
        """Whether chats were deleted for good whose prefill the engine may still keep."""
        return bool(self._property(_FORGET_PREFILL))

    def note_prefill_forgotten(self) -> None:
        """What the engine kept of deleted chats is gone."""
        with self._transaction():
            self._set_property(_FORGET_PREFILL, 0)

    def _stop_open_turns(self) -> None:
        # The program ended without closing them; their text is kept.
        with self._transaction():
            self._connection.execute(
                "UPDATE turns SET state = ? WHERE state IN (SELECT value FROM json_each(?))",
                (TurnState.STOPPED.value, json.dumps([state.value for state in OPEN_STATES])),
            )

    def _transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        if self.is_read_only:
            raise RuntimeFailure(Problem.DISK_FULL)
        return transaction(self._connection, durable=durable)

    def _property(self, name: str) -> int:
        with errors_named():
            row = self._connection.execute(
                "SELECT value FROM store_properties WHERE name = ?", (name,)
            ).fetchone()
        return 0 if row is None else int(row["value"])

    def _set_property(self, name: str, value: int) -> None:
        with errors_named():
            self._connection.execute(
                "INSERT OR REPLACE INTO store_properties (name, value) VALUES (?, ?)",
                (name, value),
            )

    def _update_chat(self, chat_id: ChatId, column: str, value: str | int | None) -> None:
        with self._transaction():
            self._connection.execute(
                f"UPDATE chats SET {column} = ? WHERE chat_id = ?", (value, chat_id)
            )

    def _add_chat(self, title: str) -> ChatId:
        now = milliseconds(self._clock())
        added = self._connection.execute(
            "INSERT INTO chats (title, created_at, changed_at) VALUES (?, ?, ?)",
            (storable(title), now, now),
        )
        return ChatId(_id_of(added))

    def _add_turn(
        self,
        chat_id: ChatId,
        parent_id: TurnId | None,
        role: Role,
        state: TurnState,
        text: str = "",
    ) -> TurnId:
        now = milliseconds(self._clock())
        added = self._connection.execute(
            "INSERT INTO turns (chat_id, parent_id, role, state, text, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (chat_id, parent_id, role.value, state.value, storable(text), now),
        )
        turn_id = TurnId(_id_of(added))
        self._connection.execute(
            "UPDATE chats SET current_leaf_id = ?, changed_at = ? WHERE chat_id = ?",
            (turn_id, now, chat_id),
        )
        return turn_id

    def _nodes(self, chat_id: ChatId) -> list[Node]:
        rows = self._connection.execute(
            "SELECT turn_id, parent_id FROM turns WHERE chat_id = ?", (chat_id,)
        )
        return [Node(turn_id=row["turn_id"], parent_id=row["parent_id"]) for row in rows]

    def _turns(self, chat_id: ChatId, nodes: Sequence[Node], leaf: TurnId) -> tuple[Turn, ...]:
        places = path_to(nodes, leaf)
        wanted = json.dumps([place.turn_id for place in places])
        rows = self._connection.execute(
            "SELECT * FROM turns WHERE chat_id = ? AND turn_id IN (SELECT value FROM json_each(?))",
            (chat_id, wanted),
        )
        turns = {row["turn_id"]: row for row in rows}
        rows = self._connection.execute(
            "SELECT * FROM turn_attachments JOIN attachments USING (digest)"
            " WHERE turn_id IN (SELECT value FROM json_each(?)) ORDER BY turn_id, position",
            (wanted,),
        )
        attachments = attachments_by_turn(rows, self._files)
        found = [
            turn_of(turns[place.turn_id], place, attachments.get(place.turn_id, ()))
            for place in places
        ]
        if self.is_read_only:
            # Nobody writes them any more, and that could not be noted.
            found = [stopped(turn) for turn in found]
        return tuple(found)

    def _summary(self, chat_id: ChatId) -> ChatSummary:
        return summary_of(
            self._one("SELECT chat_id, title, changed_at FROM chats WHERE chat_id = ?", chat_id)
        )

    def _chat_of(self, turn_id: TurnId) -> ChatId:
        (chat_id,) = self._one("SELECT chat_id FROM turns WHERE turn_id = ?", turn_id)
        return ChatId(chat_id)

    def _one(self, statement: str, number: int) -> sqlite3.Row:
        row: sqlite3.Row | None = self._connection.execute(statement, (number,)).fetchone()
        if row is None:
            raise RuntimeFailure(Problem.STORE_UNREADABLE, GONE)
        return row


def _id_of(added: sqlite3.Cursor) -> int:
    if added.lastrowid is None:
        raise AssertionError("an INSERT has an id")
    return added.lastrowid
