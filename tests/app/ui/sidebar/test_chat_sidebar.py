from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.ui.sidebar.chat_sidebar import ChatListView, ChatSidebar


def settings_button(shown: ShownWindow) -> QPushButton:
    buttons = find(shown.window, ChatSidebar).findChildren(QPushButton)
    return next(button for button in buttons if button.accessibleName() == "Settings")


def test_that_the_settings_stand_below_the_chats(shown: ShownWindow) -> None:
    button = settings_button(shown)
    assert button.y() > find(shown.window, ChatListView).y()
    assert not button.icon().isNull()


def test_that_the_settings_are_asked_for_by_mouse_and_keyboard(
    shown: ShownWindow, qtbot: QtBot
) -> None:
    button = settings_button(shown)
    with qtbot.waitSignal(shown.window.settings_actions.settings_requested):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    with qtbot.waitSignal(shown.window.settings_actions.settings_requested):
        QTest.keyClick(button, Qt.Key.Key_Space)
