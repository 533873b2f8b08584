from helpers.house import House, find
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.ui.sidebar.chat_sidebar import ChatListView, ChatSidebar


def settings_button(house: House) -> QPushButton:
    buttons = find(house.window, ChatSidebar).findChildren(QPushButton)
    return next(button for button in buttons if button.accessibleName() == "Settings")


def test_that_the_settings_stand_below_the_chats(house: House) -> None:
    button = settings_button(house)
    assert button.y() > find(house.window, ChatListView).y()
    assert not button.icon().isNull()


def test_that_the_settings_are_asked_for_by_mouse_and_keyboard(house: House, qtbot: QtBot) -> None:
    button = settings_button(house)
    with qtbot.waitSignal(house.window.settings_requested):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    button.setFocus()
    with qtbot.waitSignal(house.window.settings_requested):
        QTest.keyClick(button, Qt.Key.Key_Space)
