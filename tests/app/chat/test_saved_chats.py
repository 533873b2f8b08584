import sqlite3
from pathlib import Path

import pytest
from helpers.fake_engine import FakeEngineClient
from helpers.rooms import TARGET, Rooms
from pytestqt.qtbot import QtBot

from app.chat.chat_list import ChatRenaming
from app.chat.storage.database import transaction
from app.chat.storage.records import OpenedStore
from app.chat.storage.store import Store
from app.chat.turns import TurnState


def test_that_chats_are_listed_with_the_one_changed_last_first(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    rooms.shelf.begin_new()
    rooms.ask_and_answer("second", "two")
    assert rooms.titles() == ["second", "first"]
    rooms.shelf.open(rooms.chats.chats()[1].chat_id)
    rooms.wait_for_text("one")
    rooms.ask_and_answer("more", "more")
    assert rooms.titles() == ["first", "second"]


def test_that_only_the_chat_wanted_last_is_shown(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    rooms.shelf.begin_new()
    rooms.ask_and_answer("second", "two")
    second, first = rooms.chats.chats()
    rooms.shelf.open(first.chat_id)
    rooms.shelf.open(second.chat_id)
    rooms.shelf.begin_new()
    rooms.settle()
    assert rooms.turns() == ()
    assert rooms.chats.current is None


def test_that_a_renamed_chat_keeps_its_place(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    rooms.shelf.begin_new()
    rooms.ask_and_answer("second", "two")
    rooms.shelf.rename(ChatRenaming(chat_id=rooms.chats.chats()[1].chat_id, title=" Cats \n"))
    rooms.qtbot.waitUntil(lambda: rooms.titles() == ["second", "Cats"])


def test_that_a_chat_cannot_be_called_nothing(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    rooms.shelf.rename(ChatRenaming(chat_id=rooms.chats.chats()[0].chat_id, title="  "))
    rooms.settle()
    assert rooms.titles() == ["first"]


def test_that_a_deleted_chat_comes_back_with_undo(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    rooms.shelf.delete(rooms.chats.chats()[0].chat_id)
    rooms.qtbot.waitUntil(lambda: rooms.titles() == [])
    assert rooms.turns() == ()
    (notice,) = rooms.front.notices
    assert (notice.title, notice.action) == ("“first” was deleted.", "Undo")
    rooms.controller.act_on(notice)
    rooms.wait_for_text("one")
    assert rooms.titles() == ["first"]


def test_that_two_deleted_chats_of_one_name_both_come_back(rooms: Rooms) -> None:
    for _ in range(2):
        rooms.shelf.begin_new()
        rooms.ask_and_answer("same", "one")
    for chat in rooms.chats.chats():
        rooms.shelf.delete(chat.chat_id)
    rooms.qtbot.waitUntil(lambda: len(rooms.front.notices) == 2)
    for notice in rooms.front.notices:
        rooms.controller.act_on(notice)
    rooms.qtbot.waitUntil(lambda: rooms.titles() == ["same", "same"])


def test_that_deleting_a_chat_ends_its_answer(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.shelf.delete(rooms.chats.chats()[0].chat_id)
    assert len(rooms.engine.stopped) == 1


def test_that_chats_are_there_again_after_a_restart_and_the_last_is_opened(
    tmp_path: Path, qtbot: QtBot
) -> None:
    first = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    first.begin()
    first.ask_and_answer("first", "one")
    chat_id = first.chats.current
    first.close()
    second = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    second.room.open(lambda opened: second.shelf.begin(opened, chat_id), lambda _: None)
    second.wait_for_text("one")
    assert second.titles() == ["first"]
    second.close()


def test_that_a_question_sent_before_the_store_is_open_is_not_lost(
    tmp_path: Path, qtbot: QtBot
) -> None:
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    rooms.link.start()
    rooms.room.open(lambda opened: rooms.shelf.begin(opened, None), lambda _: None)
    rooms.controller.send("early")
    rooms.wait_for_state(TurnState.QUEUED)
    assert rooms.titles() == ["early"]
    rooms.loading.load(TARGET)
    qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)
    rooms.close()


@pytest.mark.logs_warnings
def test_that_a_damaged_store_is_told_and_a_new_one_is_used(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "chats.db").write_bytes(b"rubbish" * 1000)
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    rooms.begin()
    assert (
        rooms.front.notices[0].title == "Your chats were damaged and nothing in them can be read."
    )
    rooms.ask_and_answer("first", "one")
    rooms.close()


def test_that_a_newer_store_is_refused_and_questions_come_back(
    tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "chats").mkdir()
    connection = sqlite3.connect(tmp_path / "chats" / "chats.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    opened: list[OpenedStore] = []
    rooms.room.open(opened.append, rooms.desk.show_failure)
    rooms.link.start()
    rooms.controller.send("What is this?")
    qtbot.waitUntil(lambda: rooms.front.draft == "What is this?")
    assert {notice.title for notice in rooms.front.notices} == {
        "Your chats were saved by a newer Sideglance."
    }
    rooms.close()


def test_that_chats_can_be_read_when_there_is_no_room_to_tidy_up(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def purge(store: Store, *, untouched_since: float | None = None) -> None:
        store._connection.execute("PRAGMA max_page_count = 1")
        with transaction(store._connection):
            store._connection.execute("CREATE TABLE large AS SELECT zeroblob(1000000)")

    first = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    first.begin()
    first.ask_and_answer("first", "one")
    first.close()
    monkeypatch.setattr(Store, "purge", purge)
    second = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    second.begin()
    assert second.titles() == ["first"]
    second.close()
