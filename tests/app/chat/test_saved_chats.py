import sqlite3
from pathlib import Path

import pytest
from helpers.chat_session import TARGET, ChatSession
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot

from app.chat.chat_list import ChatRenaming
from app.chat.storage.database import transaction
from app.chat.storage.records import OpenedStore
from app.chat.storage.store import Store
from app.chat.turns import TurnState


def test_that_chats_are_listed_with_the_one_changed_last_first(session: ChatSession) -> None:
    session.ask_and_answer("first", "one")
    session.saved_chats.begin_new()
    session.ask_and_answer("second", "two")
    assert session.titles() == ["second", "first"]
    session.saved_chats.open(session.chats.chats()[1].chat_id)
    session.wait_for_text("one")
    session.ask_and_answer("more", "more")
    assert session.titles() == ["first", "second"]


def test_that_only_the_chat_wanted_last_is_shown(session: ChatSession) -> None:
    session.ask_and_answer("first", "one")
    session.saved_chats.begin_new()
    session.ask_and_answer("second", "two")
    second, first = session.chats.chats()
    session.saved_chats.open(first.chat_id)
    session.saved_chats.open(second.chat_id)
    session.saved_chats.begin_new()
    session.settle()
    assert session.turns() == ()
    assert session.chats.current is None


def test_that_a_renamed_chat_keeps_its_place(session: ChatSession) -> None:
    session.ask_and_answer("first", "one")
    session.saved_chats.begin_new()
    session.ask_and_answer("second", "two")
    session.saved_chats.rename(
        ChatRenaming(chat_id=session.chats.chats()[1].chat_id, title=" Cats \n")
    )
    session.qtbot.waitUntil(lambda: session.titles() == ["second", "Cats"])


def test_that_a_chat_cannot_be_called_nothing(session: ChatSession) -> None:
    session.ask_and_answer("first", "one")
    session.saved_chats.rename(ChatRenaming(chat_id=session.chats.chats()[0].chat_id, title="  "))
    session.settle()
    assert session.titles() == ["first"]


def test_that_a_deleted_chat_comes_back_with_undo(session: ChatSession) -> None:
    session.ask_and_answer("first", "one")
    session.saved_chats.delete(session.chats.chats()[0].chat_id)
    session.qtbot.waitUntil(lambda: session.titles() == [])
    assert session.turns() == ()
    (notification,) = session.view.notifications
    assert (notification.title, notification.action) == ("“first” was deleted.", "Undo")
    session.controller.act_on(notification)
    session.wait_for_text("one")
    assert session.titles() == ["first"]


def test_that_two_deleted_chats_of_one_name_both_come_back(session: ChatSession) -> None:
    for _ in range(2):
        session.saved_chats.begin_new()
        session.ask_and_answer("same", "one")
    for chat in session.chats.chats():
        session.saved_chats.delete(chat.chat_id)
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 2)
    for notification in session.view.notifications:
        session.controller.act_on(notification)
    session.qtbot.waitUntil(lambda: session.titles() == ["same", "same"])


def test_that_deleting_a_chat_ends_its_answer(session: ChatSession) -> None:
    session.ask("first")
    session.saved_chats.delete(session.chats.chats()[0].chat_id)
    assert len(session.engine.stopped) == 1


def test_that_chats_are_there_again_after_a_restart_and_the_last_is_opened(
    tmp_path: Path, qtbot: QtBot
) -> None:
    first = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    first.begin()
    first.ask_and_answer("first", "one")
    chat_id = first.chats.current
    first.close()
    second = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    second.store.open(lambda opened: second.saved_chats.begin(opened, chat_id), lambda _: None)
    second.wait_for_text("one")
    assert second.titles() == ["first"]
    second.close()


def test_that_a_question_sent_before_the_store_is_open_is_not_lost(
    tmp_path: Path, qtbot: QtBot
) -> None:
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    session.link.start()
    session.store.open(lambda opened: session.saved_chats.begin(opened, None), lambda _: None)
    session.controller.send("early")
    session.wait_for_state(TurnState.QUEUED)
    assert session.titles() == ["early"]
    session.loading.load(TARGET)
    qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)
    session.close()


@pytest.mark.logs_warnings
def test_that_a_damaged_store_is_told_and_a_new_one_is_used(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "chats").mkdir()
    (tmp_path / "chats" / "chats.db").write_bytes(b"rubbish" * 1000)
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    session.begin()
    assert (
        session.view.notifications[0].title
        == "Your chats were damaged and nothing in them can be read."
    )
    session.ask_and_answer("first", "one")
    session.close()


def test_that_a_newer_store_is_refused_and_questions_come_back(
    tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "chats").mkdir()
    connection = sqlite3.connect(tmp_path / "chats" / "chats.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    opened: list[OpenedStore] = []
    session.store.open(opened.append, session.notification_center.show_failure)
    session.link.start()
    session.controller.send("What is this?")
    qtbot.waitUntil(lambda: session.view.draft == "What is this?")
    assert {notification.title for notification in session.view.notifications} == {
        "Your chats were saved by a newer Sideglance."
    }
    session.close()


def test_that_chats_can_be_read_when_there_is_no_space_to_tidy_up(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def purge(store: Store, *, untouched_since: float | None = None) -> None:
        store._connection.execute("PRAGMA max_page_count = 1")
        with transaction(store._connection):
            store._connection.execute("CREATE TABLE large AS SELECT zeroblob(1000000)")

    first = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    first.begin()
    first.ask_and_answer("first", "one")
    first.close()
    monkeypatch.setattr(Store, "purge", purge)
    second = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    second.begin()
    assert second.titles() == ["first"]
    second.close()
