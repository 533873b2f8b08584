from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers.shown_window import ShownWindow, find
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
from app.notifications.notification import Notification, NotificationKind
from app.settings.settings import Settings
from app.ui.composer.question_edit import QuestionEdit
from app.ui.controls.file_picker import FilePicker
from app.ui.controls.notification_bar import NotificationBar
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


def drag(shown: ShownWindow, mime: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QCoreApplication.sendEvent(shown.window, event)
    return event


def drop(shown: ShownWindow, mime: QMimeData) -> None:
    drag(shown, mime)
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QCoreApplication.sendEvent(shown.window, event)


def with_urls(*addresses: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(address) for address in addresses])
    return mime


def picture() -> QImage:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    return image


def test_that_dropped_files_are_given_all_at_once(shown: ShownWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.window.chat_actions.files_given) as blocker:
        drop(shown, with_urls("file:///tmp/a.png", "file:///tmp/b.mp4"))
    assert blocker.args == [(Path("/tmp/a.png"), Path("/tmp/b.mp4"))]


def test_that_a_browsers_picture_is_given(shown: ShownWindow, qtbot: QtBot) -> None:
    mime = with_urls("https://example.org/a.png")
    mime.setImageData(picture())
    with qtbot.waitSignal(shown.window.chat_actions.picture_given) as blocker:
        drop(shown, mime)
    assert blocker.args is not None
    assert blocker.args[0].width() == 8


def test_that_a_web_address_is_refused(shown: ShownWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.window.chat_actions.link_refused):
        drop(shown, with_urls("https://example.org/a.png"))


def test_that_a_drag_is_welcomed_over_the_whole_window(shown: ShownWindow) -> None:
    overlay = find(shown.window, DropOverlay)
    event = drag(shown, with_urls("file:///tmp/a.png"))
    assert event.isAccepted()
    assert overlay.isVisible()
    assert overlay.size() == shown.window.size()
    drop(shown, with_urls("file:///tmp/a.png"))
    assert not overlay.isVisible()


def test_that_no_panel_keeps_a_drop_from_the_window(
    shown: ShownWindow, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(1, "q"))
    shown.transcript.append(make_turn(2, "a\n\n```\nb\n```"))
    assert not [each for each in shown.window.findChildren(QWidget) if each.acceptDrops()]


def test_that_dropped_words_reach_the_composer(shown: ShownWindow) -> None:
    mime = QMimeData()
    mime.setText("words")
    drop(shown, mime)
    assert shown.window.composer_text() == "words"


def test_that_a_picture_is_pasted(shown: ShownWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setImage(picture())
    edit = find(shown.window, QuestionEdit)
    with qtbot.waitSignal(shown.window.chat_actions.picture_given):
        QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_that_copied_files_are_pasted_wherever_the_keyboard_is(
    shown: ShownWindow, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setMimeData(with_urls("file:///tmp/a.png"))
    with qtbot.waitSignal(shown.window.chat_actions.files_given) as blocker:
        QTest.keyClick(shown.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert blocker.args == [(Path("/tmp/a.png"),)]


def test_that_picture_data_qt_cannot_read_is_given_as_a_file(
    shown: ShownWindow, qtbot: QtBot
) -> None:
    mime = QMimeData()
    mime.setData("image/heic", b"bytes")
    with qtbot.waitSignal(shown.window.chat_actions.files_given) as blocker:
        drop(shown, mime)
    assert blocker.args is not None
    (path,) = blocker.args[0]
    assert path.suffix == ".heic"
    assert path.read_bytes() == b"bytes"


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_chosen_files_are_given(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.window._on_files_wanted()
    picker = find(shown.window, FilePicker)
    with qtbot.waitSignal(shown.window.chat_actions.files_given) as blocker:
        picker.filesSelected.emit(["/tmp/a.png"])
    assert blocker.args == [(Path("/tmp/a.png"),)]
    picker.close()


def test_that_a_chat_is_chosen_renamed_and_deleted(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.chats.show_chats(CHATS)
    view, window = find(shown.window, ChatListView), shown.window
    view.setCurrentIndex(shown.chats.index(1))
    with qtbot.waitSignal(window.chat_actions.chat_chosen) as chosen:
        QTest.keyClick(view, Qt.Key.Key_Return)
    with qtbot.waitSignal(window.chat_actions.chat_deleted) as deleted:
        QTest.keyClick(view, Qt.Key.Key_Delete)
    QTest.keyClick(view, Qt.Key.Key_F2)
    field = find(view, QLineEdit)
    field.setText("Wasps")
    with qtbot.waitSignal(window.chat_actions.chat_renamed) as renamed:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert (chosen.args, deleted.args) == ([2], [2])
    assert renamed.args == [ChatRenaming(chat_id=ChatId(2), title="Wasps")]


def test_that_a_click_opens_a_chat(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.chats.show_chats(CHATS)
    view = find(shown.window, ChatListView)
    place = view.visualRect(shown.chats.index(1)).center()
    with qtbot.waitSignal(shown.window.chat_actions.chat_chosen) as blocker:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert blocker.args == [2]


def test_that_the_menu_of_a_chat_offers_rename_and_delete(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.chats.show_chats(CHATS)
    view = find(shown.window, ChatListView)
    menu = view.make_menu(shown.chats.index(0))
    rename, delete = menu.actions()
    assert rename.text() == "Rename"
    with qtbot.waitSignal(shown.window.chat_actions.chat_deleted) as blocker:
        delete.trigger()
    assert blocker.args == [1]


def test_that_a_new_chat_is_asked_for(shown: ShownWindow, qtbot: QtBot) -> None:
    new = next(
        b for b in shown.window.findChildren(QPushButton) if b.accessibleName() == "New chat"
    )
    with qtbot.waitSignal(shown.window.chat_actions.new_chat_requested):
        new.click()


def test_that_the_settings_are_asked_for_by_keys(shown: ShownWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.window.settings_actions.settings_requested):
        QTest.keyClick(shown.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_the_settings_go_with_the_window(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.window.open_settings(Settings())
    dialog = find(shown.window, SettingsDialog)
    with qtbot.waitSignal(dialog.rejected):
        shown.window.close()


def test_that_a_notices_action_is_said(shown: ShownWindow, qtbot: QtBot) -> None:
    notification = Notification(title="Deleted", action="Undo", kind=NotificationKind.INFO)
    shown.window.show_notification(notification)
    bar = find(shown.window, NotificationBar)
    undo = next(b for b in bar.findChildren(QPushButton) if b.text() == "Undo")
    with qtbot.waitSignal(shown.window.chat_actions.notification_action_chosen) as blocker:
        undo.click()
    assert blocker.args == [notification]
    assert bar.notifications() == ()


def test_that_the_same_notice_is_shown_once_and_few_at_a_time(shown: ShownWindow) -> None:
    bar = find(shown.window, NotificationBar)
    for title in ("a", "b", "b", "c", "d"):
        shown.window.show_notification(Notification(title=title))
    assert [notification.title for notification in bar.notifications()] == ["b", "c", "d"]


def test_that_a_clicked_link_is_copied_and_said(shown: ShownWindow) -> None:
    find(shown.window, TranscriptView).link_clicked.emit("https://example.org/x")
    assert QGuiApplication.clipboard().text() == "https://example.org/x"
    assert find(shown.window, NotificationBar).notifications()[0].title == "Address copied"


def test_that_closing_is_said(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.window.show()
    with qtbot.waitSignal(shown.window.closing):
        shown.window.close()
    # It stays until everything is saved; whoever saves hides it.
    assert shown.window.isVisible()


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
    shown: ShownWindow, state: ModelStateValue, words: str
) -> None:
    shown.model_state.set(state)
    assert find(shown.window, ModelStatus).text() == words


def test_that_the_demonstration_model_is_labelled(shown: ShownWindow) -> None:
    button = find(shown.window, StatusButton)
    assert "small model" not in button.accessibleDescription()
    shown.model_state.set(Ready(facts=FACTS))
    (chip,) = (each for each in button.findChildren(QLabel) if each.objectName() == "chip")
    assert chip.isVisible()
    assert "small model" in chip.toolTip()
    assert "small model" in button.accessibleDescription()


def test_that_the_window_follows_the_systems_colours(
    shown: ShownWindow, make_turn: Callable[..., Turn], qtbot: QtBot
) -> None:
    shown.transcript.append(make_turn(2, "**a** `b`"))
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert DARK.ground in shown.window.styleSheet()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert LIGHT.ground in shown.window.styleSheet()


def test_that_every_button_has_a_name(
    shown: ShownWindow, make_turn: Callable[..., Turn], attachment: Attachment
) -> None:
    shown.transcript.append(make_turn(1, "q"))
    shown.transcript.append(
        make_turn(2, "a\n\n```\nb\n```", thinking="t", state=TurnState.STOPPED, versions=2)
    )
    shown.draft_attachments.show_attachments([attachment])
    shown.window.show_notification(Notification(title="a", action="b"))
    nameless = [
        button
        for button in shown.window.findChildren(QAbstractButton)
        if not (button.accessibleName() or button.text() or not button.isVisible())
    ]
    assert nameless == []


def test_that_a_narrow_window_gives_its_width_to_the_conversation(
    shown: ShownWindow, qtbot: QtBot
) -> None:
    view = find(shown.window, ChatListView)
    shown.window.resize(600, 600)
    qtbot.waitUntil(lambda: not view.isVisible())
    shown.window.resize(1000, 600)
    qtbot.waitUntil(view.isVisible)
