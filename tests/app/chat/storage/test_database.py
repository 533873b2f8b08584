import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.chat.storage.database import open_database, transaction
from runtime.problems import Problem, RuntimeFailure

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def make_file(path: Path) -> None:
    open_database(path, NOW).connection.close()


@pytest.mark.logs_warnings
def test_that_a_file_that_is_no_database_is_moved_aside_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    path.write_bytes(b"this is not a database" * 100)
    opened = open_database(path, NOW)
    opened.connection.close()
    assert opened.moved_aside == tmp_path / "chats.db.damaged-20260203-040506"
    assert opened.moved_aside.read_bytes().startswith(b"this is not")


@pytest.mark.logs_warnings
def test_that_a_file_with_a_torn_page_is_moved_aside(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    make_file(path)
    content = bytearray(path.read_bytes())
    content[4096:20000] = b"\xff" * (20000 - 4096)
    path.write_bytes(content)
    opened = open_database(path, NOW)
    opened.connection.close()
    assert opened.moved_aside is not None
    assert opened.moved_aside.read_bytes() == bytes(content)


@pytest.mark.logs_warnings
def test_that_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    kept = []
    for number in range(2):
        path.write_bytes(b"not a database %d" % number * 100)
        opened = open_database(path, NOW)
        opened.connection.close()
        assert opened.moved_aside is not None
        kept.append(opened.moved_aside)
    assert kept[0] != kept[1]
    assert all(each.exists() for each in kept)


def test_that_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    make_file(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RuntimeFailure) as caught:
        open_database(path, NOW)
    assert (caught.value.problem, caught.value.detail) == (Problem.STORE_UNREADABLE, "newer")
    assert [each.name for each in tmp_path.iterdir() if "damaged" in each.name] == []


def test_that_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(RuntimeFailure) as caught:
        open_database(tmp_path / "file" / "chats.db", NOW)
    assert caught.value.problem is Problem.STORE_UNREADABLE


def test_that_a_file_in_use_elsewhere_is_a_problem_not_damage(tmp_path: Path) -> None:
    path = tmp_path / "chats.db"
    first, second = (open_database(path, NOW).connection for _ in range(2))
    second.execute("PRAGMA busy_timeout = 0")
    with transaction(first), pytest.raises(RuntimeFailure) as caught, transaction(second):
        pass
    assert caught.value.detail == "SQLITE_BUSY"
    first.close()
    second.close()


def test_that_an_error_inside_a_transaction_takes_everything_back(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "chats.db", NOW).connection

    def write_and_fail() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO folders (name, created_at) VALUES ('Work', 0)")
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert connection.execute("SELECT count(*) FROM folders").fetchone()[0] == 0
    connection.close()


def test_that_a_durable_transaction_waits_for_the_disk_and_others_do_not(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "chats.db", NOW).connection
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    with transaction(connection, durable=True):
        pass
    full, normal = "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"
    assert statements == [full, "BEGIN IMMEDIATE", "COMMIT", normal]
    statements.clear()
    with transaction(connection):
        pass
    assert statements == ["BEGIN IMMEDIATE", "COMMIT"]
    connection.close()
