import shutil
import sqlite3
from pathlib import Path

import pytest

from app.chat.storage.schema import MIGRATIONS, schema_version, upgrade
from app.chat.storage.store import Store
from runtime.problems import Problem, RuntimeFailure

OLDER = Path(__file__).parent / "older"


def test_that_a_kept_file_of_version_1_opens_with_everything_in_it(tmp_path: Path) -> None:
    shutil.copy(OLDER / "chats_version_1.db", tmp_path / "chats.db")
    store = Store(tmp_path)
    try:
        (chat,) = store.chats()
        turns = store.open_chat(chat.chat_id).turns
    finally:
        store.close()
    assert chat.title == "What is in this picture?"
    assert [turn.text for turn in turns] == [
        "What is in this picture?",
        "A red square.",
        "And now?",
        "Two cats.",
    ]
    assert turns[0].attachments[0].name == "photo.png"
    assert turns[3].versions == 2
    assert turns[3].tokens is not None
    assert (turns[3].tokens.generated, turns[3].tokens.passes) == (3, 0)


def test_that_the_kept_file_is_of_version_1() -> None:
    connection = sqlite3.connect(f"file:{OLDER / 'chats_version_1.db'}?mode=ro", uri=True)
    try:
        assert schema_version(connection) == 1
    finally:
        connection.close()


def test_that_an_upgraded_file_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    shutil.copy(OLDER / "chats_version_1.db", tmp_path / "old.db")
    old, new = sqlite3.connect(tmp_path / "old.db"), sqlite3.connect(":memory:")
    try:
        upgrade(old)
        upgrade(new)
        statement = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
        assert old.execute(statement).fetchall() == new.execute(statement).fetchall()
        assert schema_version(old) == schema_version(new) == len(MIGRATIONS)
    finally:
        old.close()
        new.close()


def test_that_each_migration_is_run_once_and_in_order() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        upgrade(connection, ["CREATE TABLE first (a);"])
        upgrade(connection, ["CREATE TABLE first (a);", "ALTER TABLE first ADD COLUMN b;"])
        assert schema_version(connection) == 2
        connection.execute("SELECT a, b FROM first")
    finally:
        connection.close()


def test_that_a_migration_that_fails_leaves_nothing_behind() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with pytest.raises(sqlite3.OperationalError):
            upgrade(connection, ["CREATE TABLE first (a); CREATE TABLE first (a);"])
        assert schema_version(connection) == 0
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    finally:
        connection.close()


def test_that_a_newer_file_is_refused() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("PRAGMA user_version = 99")
        with pytest.raises(RuntimeFailure) as caught:
            upgrade(connection)
        assert (caught.value.problem, caught.value.detail) == (Problem.STORE_UNREADABLE, "newer")
    finally:
        connection.close()
