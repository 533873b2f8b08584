from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers.house import House, find
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.chat_list import ChatRenaming
from app.chat.turns import Attachment, ChatId, ChatSummary, Turn, TurnState
from app.engine.model_state import (
    Answering,
    Broken,
    Busy,
    Loading,
    ModelStateValue,
    ReadingPicture,
    ReadingPrompt,
    Ready,
)
from app.notifications.notification import Notice, NoticeKind
from app.settings.settings import Settings
from app.ui.composer.question_edit import QuestionEdit
from app.ui.controls.file_picker import FilePicker
from app.ui.controls.notification_bar import NoticeBar
from app.ui.drop_overlay import DropOverlay
from app.ui.models.model_status import ModelStatus, StatusButton
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.sidebar.chat_sidebar import ChatListView
from app.ui.style.theme import DARK, LIGHT
from app.ui.transcript.transcript_view import TranscriptView
from runtime.events import ModelFacts
from runtime.problems import Problem

# Qt 6.12 wants a QPointF where Qt 6.11 takes only a QPoint.
pytestmark = pytest.mark.filterwarnings("ignore:Function. 'QDragEnterEvent:DeprecationWarning")

CHATS = tuple(
    ChatSummary(chat_id=ChatId(number), title=title, changed_at=datetime(2026, 1, 1, tzinfo=UTC))
    for number, title in ((1, "Birds"), (2, "Bees"))
)
FACTS = ModelFacts(
    name="Tiny",
    device="CPU",
    context_length=1,
    sees=True,
    thinks_by_default=False,
    demonstration=True,
)


def drag(house: House, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QCoreApplication.sendEvent(house.window, event)
    return event


def drop(house: House, mime: QMimeData) -> None:
    drag(house, mime)
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QCoreApplication.sendEvent(house.window, event)


def with_urls(*addresses: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(address) for address in addresses])
    return mime


def picture() -> QImage:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    return image


def test_that_dropped_files_are_given_all_at_once(house: House, qtbot: QtBot) -> None:
    with qtbot.waitSignal(house.window.files_given) as blocker:
        drop(house, with_urls("file:///tmp/a.png", "file:///tmp/b.mp4"))
    assert blocker.args == [(Path("/tmp/a.png"), Path("/tmp/b.mp4"))]


def test_that_a_browsers_picture_is_given(house: House, qtbot: QtBot) -> None:
    mime = with_urls("https://example.org/a.png")
    mime.setImageData(picture())
    with qtbot.waitSignal(house.window.picture_given) as blocker:
        drop(house, mime)
    assert blocker.args is not None
    assert blocker.args[0].width() == 8


def test_that_a_web_address_is_refused(house: House, qtbot: QtBot) -> None:
    with qtbot.waitSignal(house.window.remote_refused):
        drop(house, with_urls("https://example.org/a.png"))


def test_that_a_drag_is_welcomed_over_the_whole_window(house: House) -> None:
    overlay = find(house.window, DropOverlay)
    event = drag(house, with_urls("file:///tmp/a.png"))
    assert event.isAccepted()
    assert overlay.isVisible()
    assert overlay.size() == house.window.size()
    drop(house, with_urls("file:///tmp/a.png"))
    assert not overlay.isVisible()


def test_that_no_room_keeps_a_drop_from_the_window(
    house: House, make_turn: Callable[..., Turn]
) -> None:
    house.transcript.append(make_turn(1, "q"))
    house.transcript.append(make_turn(2, "a\n\n```\nb\n```"))
    assert not [each for each in house.window.findChildren(QWidget) if each.acceptDrops()]


def test_that_dropped_words_reach_the_composer(house: House) -> None:
    mime = QMimeData()
    mime.setText("words")
    drop(house, mime)
    assert house.window.composer_text() == "words"


def test_that_a_picture_is_pasted(house: House, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setImage(picture())
    edit = find(house.window, QuestionEdit)
    with qtbot.waitSignal(house.window.picture_given):
        QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_that_copied_files_are_pasted_wherever_the_keyboard_is(house: House, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setMimeData(with_urls("file:///tmp/a.png"))
    with qtbot.waitSignal(house.window.files_given) as blocker:
        QTest.keyClick(house.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert blocker.args == [(Path("/tmp/a.png"),)]


def test_that_picture_data_qt_cannot_read_is_given_as_a_file(house: House, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setData("image/heic", b"bytes")
    with qtbot.waitSignal(house.window.files_given) as blocker:
        drop(house, mime)
    assert blocker.args is not None
    (path,) = blocker.args[0]
    assert path.suffix == ".heic"
    assert path.read_bytes() == b"bytes"


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_chosen_files_are_given(house: House, qtbot: QtBot) -> None:
    house.window._on_files_wanted()
    picker = find(house.window, FilePicker)
    with qtbot.waitSignal(house.window.files_given) as blocker:
        picker.filesSelected.emit(["/tmp/a.png"])
    assert blocker.args == [(Path("/tmp/a.png"),)]
    picker.close()


def test_that_a_chat_is_chosen_renamed_and_deleted(house: House, qtbot: QtBot) -> None:
    house.chats.show_chats(CHATS)
    view, window = find(house.window, ChatListView), house.window
    view.setCurrentIndex(house.chats.index(1))
    with qtbot.waitSignal(window.chat_chosen) as chosen:
        QTest.keyClick(view, Qt.Key.Key_Return)
    with qtbot.waitSignal(window.chat_deleted) as deleted:
        QTest.keyClick(view, Qt.Key.Key_Delete)
    QTest.keyClick(view, Qt.Key.Key_F2)
    field = find(view, QLineEdit)
    field.setText("Wasps")
    with qtbot.waitSignal(window.chat_renamed) as renamed:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert (chosen.args, deleted.args) == ([2], [2])
    assert renamed.args == [ChatRenaming(chat_id=ChatId(2), title="Wasps")]


def test_that_a_click_opens_a_chat(house: House, qtbot: QtBot) -> None:
    house.chats.show_chats(CHATS)
    view = find(house.window, ChatListView)
    place = view.visualRect(house.chats.index(1)).center()
    with qtbot.waitSignal(house.window.chat_chosen) as blocker:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert blocker.args == [2]


def test_that_the_menu_of_a_chat_offers_rename_and_delete(house: House, qtbot: QtBot) -> None:
    house.chats.show_chats(CHATS)
    view = find(house.window, ChatListView)
    menu = view.make_menu(house.chats.index(0))
    rename, delete = menu.actions()
    assert rename.text() == "Rename"
    with qtbot.waitSignal(house.window.chat_deleted) as blocker:
        delete.trigger()
    assert blocker.args == [1]


def test_that_a_new_chat_is_asked_for(house: House, qtbot: QtBot) -> None:
    new = next(
        b for b in house.window.findChildren(QPushButton) if b.accessibleName() == "New chat"
    )
    with qtbot.waitSignal(house.window.new_chat_requested):
        new.click()


def test_that_the_settings_are_asked_for_by_keys(house: House, qtbot: QtBot) -> None:
    with qtbot.waitSignal(house.window.settings_requested):
        QTest.keyClick(house.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_the_settings_go_with_the_window(house: House, qtbot: QtBot) -> None:
    house.window.open_settings(Settings())
    dialog = find(house.window, SettingsDialog)
    with qtbot.waitSignal(dialog.rejected):
        house.window.close()


def test_that_a_notices_action_is_said(house: House, qtbot: QtBot) -> None:
    notice = Notice(title="Deleted", action="Undo", kind=NoticeKind.INFO)
    house.window.show_notice(notice)
    bar = find(house.window, NoticeBar)
    undo = next(b for b in bar.findChildren(QPushButton) if b.text() == "Undo")
    with qtbot.waitSignal(house.window.notice_action_chosen) as blocker:
        undo.click()
    assert blocker.args == [notice]
    assert bar.notices() == ()


def test_that_the_same_notice_is_shown_once_and_few_at_a_time(house: House) -> None:
    bar = find(house.window, NoticeBar)
    for title in ("a", "b", "b", "c", "d"):
        house.window.show_notice(Notice(title=title))
    assert [notice.title for notice in bar.notices()] == ["b", "c", "d"]


def test_that_a_clicked_link_is_copied_and_said(house: House) -> None:
    find(house.window, TranscriptView).link_clicked.emit("https://example.org/x")
    assert QGuiApplication.clipboard().text() == "https://example.org/x"
    assert find(house.window, NoticeBar).notices()[0].title == "Address copied"


def test_that_closing_is_said(house: House, qtbot: QtBot) -> None:
    house.window.show()
    with qtbot.waitSignal(house.window.closing):
        house.window.close()
    # It stays until everything is saved; whoever saves hides it.
    assert house.window.isVisible()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Loading(name="Tiny", fraction=0.4), "Tiny · loading, 40 %"),
        (Ready(facts=FACTS), "Tiny · CPU · ready"),
        (
            Busy(facts=FACTS, activity=ReadingPicture(number=1, count=2)),
            "Tiny · CPU · looking at picture 1 of 2",
        ),
        (
            Busy(facts=FACTS, activity=ReadingPrompt(read=300, total=600)),
            "Tiny · CPU · reading 300 of 600 tokens",
        ),
        (
            Busy(facts=FACTS, activity=Answering(tokens_per_second=23.2)),
            "Tiny · CPU · answering, 23 tokens/s",
        ),
        (Broken(problem=Problem.OUT_OF_MEMORY), "Sentence for out_of_memory"),
    ],
)
def test_that_the_status_says_what_the_model_does(
    house: House, state: ModelStateValue, words: str
) -> None:
    house.model_state.set(state)
    assert find(house.window, ModelStatus).text() == words


def test_that_the_demonstration_model_is_labelled(house: House) -> None:
    button = find(house.window, StatusButton)
    assert "small model" not in button.accessibleDescription()
    house.model_state.set(Ready(facts=FACTS))
    (chip,) = (each for each in button.findChildren(QLabel) if each.objectName() == "chip")
    assert chip.isVisible()
    assert "small model" in chip.toolTip()
    assert "small model" in button.accessibleDescription()


def test_that_the_window_follows_the_systems_colours(
    house: House, make_turn: Callable[..., Turn], qtbot: QtBot
) -> None:
    house.transcript.append(make_turn(2, "**a** `b`"))
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert DARK.ground in house.window.styleSheet()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert LIGHT.ground in house.window.styleSheet()


def test_that_every_button_has_a_name(
    house: House, make_turn: Callable[..., Turn], attachment: Attachment
) -> None:
    house.transcript.append(make_turn(1, "q"))
    house.transcript.append(
        make_turn(2, "a\n\n```\nb\n```", thinking="t", state=TurnState.STOPPED, versions=2)
    )
    house.tray.show_attachments([attachment])
    house.window.show_notice(Notice(title="a", action="b"))
    nameless = [
        button
        for button in house.window.findChildren(QAbstractButton)
        if not (button.accessibleName() or button.text() or not button.isVisible())
    ]
    assert nameless == []


def test_that_a_narrow_window_gives_its_room_to_the_conversation(
    house: House, qtbot: QtBot
) -> None:
    view = find(house.window, ChatListView)
    house.window.resize(600, 600)
    qtbot.waitUntil(lambda: not view.isVisible())
    house.window.resize(1000, 600)
    qtbot.waitUntil(view.isVisible)
