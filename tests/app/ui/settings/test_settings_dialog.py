from collections.abc import Iterator
from dataclasses import replace

import pytest
from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.notifications.notification import Notification, NotificationKind
from app.settings.settings import Settings
from app.ui.controls.form_fields import NumberBox, TickBox
from app.ui.controls.notification_bar import NotificationBar
from app.ui.settings.prefill_page import PrefillPage
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.style.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SETTINGS = Settings(
    last_chat=7, work_ahead=True, work_ahead_percent=35, cache_gigabytes=6, memory_percent=20
)
FREED = Notification(title="3 MB freed.", kind=NotificationKind.INFO)


@pytest.fixture
def dialog(shown: ShownWindow, qtbot: QtBot) -> Iterator[SettingsDialog]:
    shown.window.open_settings(SETTINGS)
    dialog = find(shown.window, SettingsDialog)
    with qtbot.waitExposed(dialog):
        pass
    yield dialog
    shown.window.close()


def numbers(dialog: SettingsDialog) -> list[NumberBox]:
    """Battery, disk and memory, as they stand below each other."""
    return find(dialog, PrefillPage).findChildren(NumberBox)


def button(dialog: SettingsDialog, text: str) -> QPushButton:
    buttons = dialog.findChildren(QPushButton)
    return next(each for each in buttons if each.text().replace("&", "") == text)


def texts(dialog: SettingsDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_that_the_settings_are_shown(dialog: SettingsDialog) -> None:
    assert find(find(dialog, PrefillPage), TickBox).isChecked()
    assert [box.text() for box in numbers(dialog)] == ["35 %", "6 GB", "20 %"]
    assert dialog.settings() == SETTINGS


def test_that_the_window_waits_and_the_program_does_not(dialog: SettingsDialog) -> None:
    assert dialog.windowModality() is Qt.WindowModality.WindowModal
    assert dialog.isVisible()


def test_that_edited_settings_are_given_and_the_rest_stays(
    shown: ShownWindow, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    for box, value in zip(numbers(dialog), (50, 0, 5), strict=True):
        box.setValue(value)
    QTest.keyClick(find(find(dialog, PrefillPage), TickBox), Qt.Key.Key_Space)
    with qtbot.waitSignal(shown.window.settings_actions.settings_accepted) as blocker:
        button(dialog, "Done").click()
    assert blocker.args == [
        replace(
            SETTINGS,
            work_ahead=False,
            work_ahead_percent=50,
            cache_gigabytes=0,
            memory_percent=5,
        )
    ]


def test_that_enter_takes_a_typed_number(
    shown: ShownWindow, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    disk = numbers(dialog)[1]
    disk.setFocus()
    disk.selectAll()
    QTest.keyClicks(disk, "12")
    with qtbot.waitSignal(shown.window.settings_actions.settings_accepted) as blocker:
        QTest.keyClick(disk, Qt.Key.Key_Return)
    assert blocker.args == [replace(SETTINGS, cache_gigabytes=12)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, None])
def test_that_cancelling_changes_nothing(
    shown: ShownWindow, dialog: SettingsDialog, qtbot: QtBot, key: Qt.Key | None
) -> None:
    numbers(dialog)[1].setValue(0)
    with (
        qtbot.assertNotEmitted(shown.window.settings_actions.settings_accepted),
        qtbot.waitSignal(dialog.rejected),
    ):
        if key is None:
            button(dialog, "Cancel").click()
        else:
            QTest.keyClick(dialog, key)


def test_that_the_battery_is_asked_about_only_when_reading_ahead(dialog: SettingsDialog) -> None:
    battery = numbers(dialog)[0]
    assert battery.isEnabled()
    find(find(dialog, PrefillPage), TickBox).setChecked(False)
    assert not battery.isEnabled()
    find(find(dialog, PrefillPage), TickBox).setChecked(True)
    assert battery.isEnabled()


def test_that_the_battery_is_not_asked_about_when_it_was_off(
    shown: ShownWindow, qtbot: QtBot
) -> None:
    shown.window.open_settings(Settings(work_ahead=False))
    dialog = find(shown.window, SettingsDialog)
    assert not numbers(dialog)[0].isEnabled()
    find(find(dialog, PrefillPage), TickBox).setChecked(True)
    assert numbers(dialog)[0].isEnabled()
    dialog.reject()


def test_that_numbers_out_of_range_are_shown_as_the_nearest(shown: ShownWindow) -> None:
    shown.window.open_settings(
        Settings(work_ahead_percent=-1, cache_gigabytes=10**6, memory_percent=90)
    )
    dialog = find(shown.window, SettingsDialog)
    assert [box.value() for box in numbers(dialog)] == [0, 100, 50]
    dialog.reject()


def test_that_clear_waits_until_something_is_kept(
    shown: ShownWindow, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    clear = button(dialog, "Clear")
    assert not clear.isEnabled()
    shown.window.show_kept_bytes(5 << 28)
    assert "Now used: 1.2 GB" in texts(dialog)
    with qtbot.waitSignal(shown.window.settings_actions.cache_clear_requested):
        clear.click()
    assert not clear.isEnabled()
    shown.window.show_kept_bytes(0)
    assert "Now used: 0 MB" in texts(dialog)
    assert not clear.isEnabled()


def test_that_what_was_freed_is_told_in_the_dialog_while_it_is_open(
    shown: ShownWindow, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    shown.window.show_cleared(FREED)
    assert find(dialog, NotificationBar).notifications() == (FREED,)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.reject()
    shown.window.show_cleared(FREED)
    shown.window.show_kept_bytes(3)
    assert find(shown.window, NotificationBar).notifications() == (FREED,)


def test_that_it_is_said_when_the_sizes_begin_to_count(dialog: SettingsDialog) -> None:
    assert "from the next time the model is loaded" in texts(dialog)


def test_that_asking_twice_opens_one(shown: ShownWindow, dialog: SettingsDialog) -> None:
    shown.window.open_settings(SETTINGS)
    assert shown.window.findChildren(SettingsDialog) == [dialog]


def test_that_everything_that_takes_the_keyboard_has_a_name(dialog: SettingsDialog) -> None:
    fields: list[QWidget] = [find(find(dialog, PrefillPage), TickBox), *numbers(dialog)]
    fields += [button(dialog, text) for text in ("Clear", "Cancel", "Done")]
    assert all(field.accessibleName() for field in fields)
    assert all(field.focusPolicy() & Qt.FocusPolicy.TabFocus for field in fields)
    labels = find(dialog, PrefillPage).findChildren(QLabel)
    buddies = [label.buddy() for label in labels if label.buddy()]
    assert buddies == numbers(dialog)


def test_that_the_tab_key_goes_from_top_to_bottom(
    shown: ShownWindow, dialog: SettingsDialog
) -> None:
    shown.window.show_kept_bytes(1)
    dialog.activateWindow()
    tick = find(find(dialog, PrefillPage), TickBox)
    tick.setFocus()
    battery, disk, memory = numbers(dialog)
    clear, cancel, done = (button(dialog, text) for text in ("Clear", "Cancel", "Done"))
    visited = []
    for _ in range(7):
        visited.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert visited == [tick, battery, disk, clear, memory, cancel, done]


def test_that_the_dialog_follows_the_systems_colours(dialog: SettingsDialog) -> None:
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert DARK.ground in dialog.styleSheet()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert LIGHT.ground in dialog.styleSheet()
