from datetime import UTC, datetime

from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.chat.chat_list import ChatList, ChatRole
from app.chat.turns import ChatId, ChatSummary

CHAT = ChatSummary(chat_id=ChatId(7), title="Birds", changed_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_that_it_obeys_the_rules_of_item_models(qtbot: QtBot) -> None:
    chats = ChatList()
    tester = QAbstractItemModelTester(chats, QAbstractItemModelTester.FailureReportingMode.Fatal)
    chats.show_chats([CHAT])
    assert tester.model() is chats
    assert chats.index(0).data(ChatRole) == CHAT
    assert chats.index(0).data() == "Birds"


def test_that_the_current_chat_is_announced_once(qtbot: QtBot) -> None:
    chats = ChatList()
    with qtbot.waitSignal(chats.current_changed) as blocker:
        chats.set_current(ChatId(7))
    assert blocker.args == [ChatId(7)]
    with qtbot.assertNotEmitted(chats.current_changed):
        chats.set_current(ChatId(7))
