"""Brings chats back out of a damaged file: what can be read of it goes into a new one."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.storage.damaged_database import DamagedDatabase, Row, Table
from app.chat.storage.records import Recovered
from app.chat.turns import AttachmentKind, TurnState, make_title
from app.notifications import messages
from runtime.content import Role
from runtime.media.client import inspect
from runtime.media.media_info import VideoFacts
from runtime.problems import FileFailure, Problem

_FOLDERS = Table("folders", ("folder_id",))
_CHATS = Table("chats", ("chat_id",))
_TURNS = Table("turns", ("turn_id",))
_ATTACHMENTS = Table("attachments", ("digest",), has_rowid=False)
_LINKS = Table("turn_attachments", ("turn_id", "position"), has_rowid=False)

_DIGEST = re.compile(r"[0-9a-f]{64}")


def recover(damaged: Path, into: sqlite3.Connection) -> Recovered:
    """Copy every chat, turn and attachment that can be read into empty tables.

    A turn whose words are lost, but whose place is known, says so in their stead: what
    follows it keeps its place in the conversation.

    Args:
        damaged: the file, in the folder with the files that were sent along
        into: where the newest tables are, in a transaction

    Raises:
        sqlite3.Error: the new tables cannot be written
    """
    with DamagedDatabase(damaged) as old:
        return _Recovery(old, into, AttachmentFiles(damaged.parent)).run()


@dataclass(slots=True)
class _Places:
    """Where each turn stands in its chat, also those whose words are lost."""

    chats: dict[int, int] = field(default_factory=dict)
    parents: dict[int, int | None] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    created: dict[int, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Note the place of a turn that is in the new tables."""
        turn_id: int = row["turn_id"]
        self.chats[turn_id] = row["chat_id"]
        self.parents[turn_id] = row["parent_id"]
        self.roles[turn_id] = Role(row["role"])
        self.created[turn_id] = row["created_at"]


class _Recovery:
    """One pass from a damaged file to new tables."""

    def __init__(
        self, old: DamagedDatabase, into: sqlite3.Connection, files: AttachmentFiles
    ) -> None:
        self._old = old
        self._into = into
        self._files = files
        self._columns = {
            table: tuple(column[1] for column in into.execute(f"PRAGMA table_info({table.name})"))
            for table in (_FOLDERS, _CHATS, _TURNS, _ATTACHMENTS, _LINKS)
        }
        self._places = _Places()
        self._chats: set[int] = set()
        self._deleted: set[int] = set()
        # The branch that was shown of each chat.
        self._leaves: dict[int, int | None] = {}

    def run(self) -> Recovered:
        """Copy everything, in the order in which one thing needs another."""
        self._copy_chats()
        turns = self._copy_turns()
        self._stand_in_for_the_lost()
        self._break_circles()
        self._copy_attachments()
        self._name_nameless_chats()
        self._choose_leaves()
        total = self._old.count("turns")
        # What the user had deleted is not lost.
        lost = None if total is None or self._deleted else max(total - turns, 0)
        return Recovered(turns=turns, lost=lost)

    def _copy_chats(self) -> None:
        folders = set()
        for row in self._read(_FOLDERS, _is_folder):
            self._insert(_FOLDERS, row)
            folders.add(row["folder_id"])
        for row in self._read(_CHATS, _is_chat):
            if row["deleted_at"] is not None:
                self._deleted.add(row["chat_id"])
                continue
            self._leaves[row["chat_id"]] = row["current_leaf_id"]
            self._chats.add(row["chat_id"])
            folder_id = row["folder_id"] if row["folder_id"] in folders else None
            # Its leaf is set when there are turns.
            self._insert(_CHATS, {**row, "current_leaf_id": None, "folder_id": folder_id})

    def _copy_turns(self) -> int:
        count = 0
        for row in self._read(_TURNS, _is_turn):
            if row["chat_id"] not in self._deleted:
                self._insert_turn(row)
                count += 1
        return count

    def _stand_in_for_the_lost(self) -> None:
        """Put a turn in the place of each that is lost: the indexes know where it stood."""
        places = self._places
        chats, parents = self._indexed("chat_id"), self._indexed("parent_id")
        followers = {parent: turn for turn, parent in places.parents.items() if parent}
        lost = {*chats, *followers} - places.chats.keys()
        for turn_id in sorted(each for each in lost if isinstance(each, int)):
            follower = followers.get(turn_id)
            chat_id = places.chats[follower] if follower else chats[turn_id]
            if not isinstance(chat_id, int) or chat_id in self._deleted:
                continue
            parent = parents.get(turn_id)
            if turn_id not in parents:
                before = (each for each, chat in places.chats.items() if chat == chat_id)
                parent = max((each for each in before if each < turn_id), default=None)
            self._insert_turn(
                {
                    "turn_id": turn_id,
                    "chat_id": chat_id,
                    "parent_id": parent if parent in places.chats else None,
                    "role": self._role_of_lost(parent, follower).value,
                    "text": messages.LOST_TURN,
                    "state": TurnState.COMPLETE.value,
                    "created_at": places.created.get(follower or 0, 0),
                }
            )

    def _indexed(self, column: str) -> dict[object, object]:
        """A column of all turns by their ids, as an index holds it."""
        index = f"turns_by_{column.removesuffix('_id')}"
        return {turn: value for turn, value in self._old.indexed("turns", index, "turn_id", column)}

    def _role_of_lost(self, parent: object, follower: int | None) -> Role:
        """Questions and answers take turns."""
        roles = self._places.roles
        neighbour = roles.get(parent) if isinstance(parent, int) else None
        if neighbour is None and follower is not None:
            neighbour = roles[follower]
        return Role.ASSISTANT if neighbour is Role.USER else Role.USER

    def _break_circles(self) -> None:
        """What a torn page made up must not lead a chat round in circles, or into another."""
        self._into.execute(
            "UPDATE turns SET parent_id = NULL WHERE parent_id >= turn_id"
            " OR parent_id NOT IN (SELECT turn_id FROM turns AS parents"
            " WHERE parents.chat_id = turns.chat_id)"
        )

    def _copy_attachments(self) -> None:
        known = {row["digest"]: row for row in self._read(_ATTACHMENTS, _is_attachment)}
        written = set()
        for link in self._links():
            digest = link["digest"]
            row = known.get(digest) or self._attachment_on_disk(digest)
            if row is None:
                continue
            if digest not in written:
                written.add(digest)
                self._insert(_ATTACHMENTS, row)
            self._insert(_LINKS, link)

    def _links(self) -> Iterator[Row]:
        """Which file was sent along with which turn."""
        seen = set()
        for row in self._read(_LINKS, _is_link):
            seen.add((row["turn_id"], row["position"]))
            if row["turn_id"] in self._places.chats:
                yield row
        index = ("turn_attachments", "turn_attachments_by_digest")
        for digest, turn_id, position in self._old.indexed(*index, "digest", "turn_id", "position"):
            if turn_id in self._places.chats and (turn_id, position) not in seen:
                # The index does not know what the file was called.
                row = {"turn_id": turn_id, "position": position, "digest": digest}
                yield {**row, "name": messages.RECOVERED_FILE}

    def _attachment_on_disk(self, digest: str) -> Row | None:
        """What the file itself says of an attachment whose row is lost."""
        kept = self._files.find(digest)
        if kept is None:
            return None
        try:
            facts = inspect(kept.path, thumbnail=kept.thumbnail)
        except FileFailure:
            return None
        is_video = isinstance(facts, VideoFacts)
        return {
            "digest": digest,
            "kind": (AttachmentKind.VIDEO if is_video else AttachmentKind.PICTURE).value,
            "suffix": kept.path.name.removeprefix(digest),
            "width": facts.width,
            "height": facts.height,
            "duration_s": facts.duration_s if isinstance(facts, VideoFacts) else None,
            "created_at": 0,
        }

    def _name_nameless_chats(self) -> None:
        """Call a chat whose own row is lost by its first question, as when it was begun."""
        for (chat_id,) in self._into.execute("SELECT chat_id FROM chats WHERE title = ''"):
            turns = [turn for turn, chat in self._places.chats.items() if chat == chat_id]
            (text,) = self._into.execute(
                "SELECT text FROM turns WHERE turn_id = ?", (min(turns),)
            ).fetchone()
            title = make_title(text, (), messages.NEW_CHAT)
            changed_at = max(self._places.created[turn] for turn in turns)
            self._into.execute(
                "UPDATE chats SET title = ?, changed_at = ? WHERE chat_id = ?",
                (title, changed_at, chat_id),
            )

    def _choose_leaves(self) -> None:
        """Show the branch of each chat that was shown, if it is still there."""
        for chat_id, leaf in self._leaves.items():
            if self._places.chats.get(leaf or 0) == chat_id:
                self._into.execute(
                    "UPDATE chats SET current_leaf_id = ? WHERE chat_id = ?", (leaf, chat_id)
                )

    def _read(self, table: Table, is_sound: Callable[[Row], bool]) -> Iterator[Row]:
        return self._old.rows(table, self._columns[table], is_sound)

    def _insert_turn(self, row: Row) -> None:
        chat_id = row["chat_id"]
        if chat_id not in self._chats:
            # Its own row is lost; it is named when all of its turns are there.
            self._chats.add(chat_id)
            times = {"created_at": row["created_at"], "changed_at": row["created_at"]}
            self._insert(_CHATS, {"chat_id": chat_id, "title": "", **times})
        self._insert(_TURNS, row)
        self._places.take(row)

    def _insert(self, table: Table, row: Row) -> None:
        """Write a row, as far as the newest table has its columns."""
        values = {name: row[name] for name in self._columns[table] if row.get(name) is not None}
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        self._into.execute(
            f"INSERT OR IGNORE INTO {table.name} ({columns}) VALUES ({marks})",
            (*values.values(),),
        )


def _is_folder(row: Row) -> bool:
    return isinstance(row["name"], str) and isinstance(row["created_at"], int)


def _is_chat(row: Row) -> bool:
    times = (row["created_at"], row["changed_at"])
    return isinstance(row["title"], str) and all(isinstance(time, int) for time in times)


def _is_turn(row: Row) -> bool:
    return (
        isinstance(row["chat_id"], int)
        and isinstance(row["parent_id"], int | None)
        and isinstance(row["created_at"], int)
        and isinstance(row["text"], str)
        and row["role"] in set(Role)
        and row["state"] in set(TurnState)
        and (row["problem"] is None or row["problem"] in set(Problem))
    )


def _is_attachment(row: Row) -> bool:
    return _is_digest(row["digest"]) and row["kind"] in set(AttachmentKind)


def _is_link(row: Row) -> bool:
    return (
        isinstance(row["turn_id"], int)
        and isinstance(row["position"], int)
        and isinstance(row["name"], str)
        and _is_digest(row["digest"])
    )


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None
