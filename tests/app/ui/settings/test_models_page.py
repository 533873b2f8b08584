from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.model_manager.model_options import FolderChange, ModelsFolderUse
from app.settings.settings import Settings
from app.ui.controls.form_fields import AmountBox, NumberBox, TickBox
from app.ui.controls.inline_question import ChoiceBox
from app.ui.settings.models_page import FolderPicker, ModelsPage
from app.ui.settings.settings_dialog import SettingsDialog

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

PLACE = ModelsFolderUse(
    folder=Path("/data/models"), used_bytes=3 << 30, device="RTX 3060", device_bytes=12 << 30
)
SETTINGS = Settings(
    idle_unload_minutes=30,
    device_memory_gigabytes=5.5,
    endpoint="https://mirror.example",
    proxy="socks5://localhost:1080",
)


@pytest.fixture
def page(shown: ShownWindow, qtbot: QtBot) -> Iterator[ModelsPage]:
    """Reached by the keyboard: the subjects are a bar of tabs."""
    shown.window.open_settings(SETTINGS)
    dialog = find(shown.window, SettingsDialog)
    with qtbot.waitExposed(dialog):
        pass
    QTest.keyClick(find(dialog, QTabBar), Qt.Key.Key_Right)
    page = find(dialog, ModelsPage)
    assert page.isVisible()
    yield page
    shown.window.close()


def texts(page: ModelsPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def change_button(page: ModelsPage) -> QPushButton:
    buttons = page.findChildren(QPushButton)
    return next(each for each in buttons if each.accessibleName() == "Change the models folder")


def choose_folder(page: ModelsPage, folder: str) -> None:
    change_button(page).click()
    picker = find(page, FolderPicker)
    picker.fileSelected.emit(folder)
    picker.close()


def test_that_the_settings_are_shown_and_given_back(page: ModelsPage) -> None:
    assert find(page, NumberBox).text() == "30 min"
    assert find(page, AmountBox).value() == 5.5
    assert page.edited(SETTINGS) == SETTINGS


def test_that_what_is_edited_is_given(page: ModelsPage) -> None:
    find(page, NumberBox).setValue(0)
    find(page, AmountBox).setValue(0)
    find(page, TickBox).setChecked(True)
    endpoint, proxy = (each for each in page.findChildren(QLineEdit) if each.placeholderText())
    endpoint.setText("  ")
    proxy.setText(" http://proxy:3128 ")
    edited = page.edited(Settings())
    assert edited == Settings(
        idle_unload_minutes=0, device_memory_gigabytes=0.0, offline=True, proxy="http://proxy:3128"
    )
    assert find(page, NumberBox).text() == "never"
    assert find(page, AmountBox).text() == "as found"


def test_that_offline_says_what_it_means_and_needs_no_addresses(page: ModelsPage) -> None:
    tick = find(page, TickBox)
    assert "No connection is opened at all" in tick.accessibleDescription()
    lines = [each for each in page.findChildren(QLineEdit) if each.placeholderText()]
    assert [line.isEnabled() for line in lines] == [True, True]
    tick.setChecked(True)
    assert [line.isEnabled() for line in lines] == [False, False]


def test_that_folder_and_device_are_shown_when_they_are_known(
    shown: ShownWindow, page: ModelsPage
) -> None:
    assert not change_button(page).isEnabled()
    assert not find(page, AmountBox).isVisible()
    shown.window.show_models_folder(PLACE)
    assert "/data/models" in texts(page)
    assert "Models in it: 3.0 GB" in texts(page)
    assert "RTX 3060: 12.0 GB found." in texts(page)
    assert find(page, AmountBox).isVisible()


def test_that_a_device_of_unknown_memory_is_said(shown: ShownWindow, page: ModelsPage) -> None:
    shown.window.show_models_folder(ModelsFolderUse(folder=Path("/data"), device="Arc A770"))
    assert "could not be found out" in texts(page)


@pytest.mark.parametrize(("way", "moves"), [("Move them", True), ("Leave them", False)])
def test_that_another_folder_asks_what_becomes_of_the_models(
    shown: ShownWindow, page: ModelsPage, qtbot: QtBot, way: str, moves: bool
) -> None:
    shown.window.show_models_folder(PLACE)
    choose_folder(page, "/mnt/large")
    question = find(page, ChoiceBox)
    assert "3.0 GB" in question.text()
    button = next(each for each in question.buttons() if each.text() == way)
    with qtbot.waitSignal(shown.window.model_actions.models_folder_chosen) as blocker:
        button.click()
    assert blocker.args == [FolderChange(folder=Path("/mnt/large"), moves=moves)]


def test_that_a_question_that_is_left_changes_nothing(
    shown: ShownWindow, page: ModelsPage, qtbot: QtBot
) -> None:
    shown.window.show_models_folder(PLACE)
    choose_folder(page, "/mnt/large")
    question = find(page, ChoiceBox)
    with qtbot.assertNotEmitted(shown.window.model_actions.models_folder_chosen):
        QTest.keyClick(question, Qt.Key.Key_Escape)


def test_that_an_empty_folder_is_left_without_asking(
    shown: ShownWindow, page: ModelsPage, qtbot: QtBot
) -> None:
    shown.window.show_models_folder(ModelsFolderUse(folder=Path("/data/models")))
    with qtbot.waitSignal(shown.window.model_actions.models_folder_chosen) as blocker:
        choose_folder(page, "/mnt/large")
    assert blocker.args == [FolderChange(folder=Path("/mnt/large"), moves=False)]


def test_that_the_same_folder_is_no_change(
    shown: ShownWindow, page: ModelsPage, qtbot: QtBot
) -> None:
    shown.window.show_models_folder(PLACE)
    with qtbot.assertNotEmitted(shown.window.model_actions.models_folder_chosen):
        choose_folder(page, "/data/models")


def test_that_everything_that_takes_the_keyboard_has_a_name(
    shown: ShownWindow, page: ModelsPage
) -> None:
    shown.window.show_models_folder(PLACE)
    fields: list[QWidget] = [*page.findChildren(QPushButton), find(page, TickBox)]
    fields += [find(page, NumberBox), find(page, AmountBox)]
    fields += [each for each in page.findChildren(QLineEdit) if each.placeholderText()]
    assert len(fields) == 6
    assert all(field.accessibleName() for field in fields)
    assert all(field.focusPolicy() & Qt.FocusPolicy.TabFocus for field in fields)
