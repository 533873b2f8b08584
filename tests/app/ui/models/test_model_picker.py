"""The panel of models, walked by the keyboard alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import QPoint, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QSlider, QWidget
from pytestqt.qtbot import QtBot

from app.model_manager.model_options import ModelOption
from app.ui.composer.question_edit import QuestionEdit
from app.ui.controls.buttons import IconButton
from app.ui.controls.inline_question import InlineQuestion
from app.ui.controls.memory_bar import MemoryBar
from app.ui.models.model_picker import ModelPicker
from app.ui.models.model_status import StatusButton
from app.ui.models.option_row import OptionRow
from app.ui.models.option_section import SectionHeading
from app.ui.models.picker_footer import PickerFooter
from tools.sample_options import demo_option, downloading, sample_library, sample_options

_PATIENCE_STEPS = 60


def press(key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)


def name_of_focus() -> str:
    focused = QApplication.focusWidget()
    assert focused is not None
    return focused.accessibleName()


@pytest.fixture
def picker(shown: ShownWindow) -> ModelPicker:
    """Opened by the keyboard from the status line, with nothing installed."""
    shown.options.set(replace(sample_options(), is_first_run=False))
    find(shown.window, StatusButton).setFocus()
    press(Qt.Key.Key_Space)
    return find(shown.window, ModelPicker)


def go_to(start: str) -> None:
    """Walk down from the top until a name begins like this."""
    press(Qt.Key.Key_Home)
    for _ in range(_PATIENCE_STEPS):
        if name_of_focus().startswith(start):
            return
        press(Qt.Key.Key_Down)
    raise AssertionError(f"nothing is called {start}")


def tab_to(name: str) -> None:
    """Press Tab until something of this name has the keyboard."""
    for _ in range(_PATIENCE_STEPS):
        if name_of_focus() == name:
            return
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never reaches {name}, it is at {name_of_focus()}")


def given(qtbot: QtBot, signal: SignalInstance, act: Callable[[], None]) -> ModelOption:
    with qtbot.waitSignal(signal) as blocker:
        act()
    assert blocker.args is not None
    (option,) = blocker.args
    assert isinstance(option, ModelOption)
    return option


def test_that_it_opens_at_the_recommended_model(picker: ModelPicker) -> None:
    assert picker.isVisible()
    assert name_of_focus().startswith("Qwen3.5 9B, Q6_K, recommended, near lossless, fits fully")


def test_that_rows_are_built_only_for_sizes_that_were_opened(picker: ModelPicker) -> None:
    assert {row.option.size for row in picker.findChildren(OptionRow)} == {"9B"}
    go_to("Qwen3.5 2B")
    press(Qt.Key.Key_Right)
    assert {row.option.size for row in picker.findChildren(OptionRow)} == {"2B", "9B"}


def test_that_sizes_open_and_close_like_a_tree(picker: ModelPicker) -> None:
    go_to("Qwen3.5 4B")
    assert name_of_focus() == "Qwen3.5 4B, closed"
    press(Qt.Key.Key_Return)
    assert name_of_focus() == "Qwen3.5 4B, opened"
    press(Qt.Key.Key_Down)
    assert name_of_focus().startswith("Qwen3.5 4B, UD-IQ2_M")
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Left)
    assert name_of_focus() == "Qwen3.5 4B, closed"
    press(Qt.Key.Key_Down)
    assert name_of_focus() == "Qwen3.5 9B, opened"
    press(Qt.Key.Key_End)
    assert name_of_focus() == "Demonstration, closed"


def test_that_escape_closes_it_and_gives_the_keyboard_back(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(shown.window.chat_actions.stop_requested):
        press(Qt.Key.Key_Escape)
    assert not picker.isVisible()
    assert isinstance(QApplication.focusWidget(), StatusButton)


def test_that_a_click_beside_it_closes_it(picker: ModelPicker) -> None:
    QTest.mouseClick(picker, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert not picker.isVisible()


def test_that_its_cross_closes_it(picker: ModelPicker) -> None:
    tab_to("Close the models")
    press(Qt.Key.Key_Space)
    assert not picker.isVisible()


def test_that_tab_goes_round_inside(picker: ModelPicker) -> None:
    first = QApplication.focusWidget()
    names = []
    for _ in range(_PATIENCE_STEPS):
        names.append(name_of_focus())
        press(Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            break
    assert len(names) == 6
    assert names[1:] == [
        "Download Qwen3.5 9B · Q6_K",
        "Context length, 32k tokens",
        "Import a model file",
        "Show the models folder",
        "Close the models",
    ]
    press(Qt.Key.Key_Backtab)
    assert name_of_focus() == "Close the models"


def test_that_everything_that_takes_the_keyboard_has_a_name(
    shown: ShownWindow, picker: ModelPicker
) -> None:
    shown.options.set(sample_library())
    for heading in picker.findChildren(SectionHeading):
        heading.setChecked(True)
    controls: list[QWidget] = [*picker.findChildren(QAbstractButton)]
    controls += [*picker.findChildren(QSlider), *picker.findChildren(MemoryBar)]
    visible = [each for each in controls if each.isVisible()]
    assert len(visible) > 100
    assert [each for each in visible if not each.accessibleName()] == []
    rows = picker.findChildren(OptionRow)
    assert all("Memory on RTX 3060: weights" in row.accessibleDescription() for row in rows)


def test_that_a_model_that_fits_is_downloaded_at_once(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    actions = shown.window.model_actions
    go_to("Qwen3.5 9B, Q4_K_M")
    by_row = given(qtbot, actions.download_requested, lambda: press(Qt.Key.Key_Return))
    tab_to("Download Qwen3.5 9B · Q4_K_M")
    by_button = given(qtbot, actions.download_requested, lambda: press(Qt.Key.Key_Space))
    assert by_row == by_button
    assert by_row.key == ("Qwen3.5 9B", "Q4_K_M")


def test_that_a_click_on_a_row_downloads_nothing(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    row = next(
        each for each in picker.findChildren(OptionRow) if each.option.quantisation == "Q8_0"
    )
    with qtbot.assertNotEmitted(shown.window.model_actions.download_requested):
        QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert row.hasFocus()


def test_that_what_does_not_fit_warns_once_and_can_still_be_taken(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    actions = shown.window.model_actions
    go_to("Qwen3.5 9B, BF16")
    with qtbot.assertNotEmitted(actions.download_requested):
        press(Qt.Key.Key_Return)
    assert "It may not load" in find(picker, InlineQuestion).text()
    assert name_of_focus() == "Leave it"
    tab_to("Download it anyway")
    option = given(qtbot, actions.download_requested, lambda: press(Qt.Key.Key_Space))
    assert option.quantisation == "BF16"
    assert name_of_focus().startswith("Qwen3.5 9B, BF16")
    given(qtbot, actions.download_requested, lambda: press(Qt.Key.Key_Return))


def test_that_a_warning_can_be_left_and_the_panel_stays(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    go_to("Qwen3.5 9B, BF16")
    press(Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(shown.window.model_actions.download_requested):
        press(Qt.Key.Key_Escape)
    assert picker.isVisible()
    assert name_of_focus().startswith("Qwen3.5 9B, BF16")
    press(Qt.Key.Key_Return)
    assert name_of_focus() == "Leave it"


def test_that_an_installed_model_is_used(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    shown.options.set(sample_library())
    go_to("Qwen3.5 9B, UD-Q4_K_XL")
    option = given(qtbot, shown.window.model_actions.model_chosen, lambda: press(Qt.Key.Key_Return))
    assert option.key == ("Qwen3.5 9B", "UD-Q4_K_XL")


def test_that_the_loaded_model_has_nothing_to_do_but_to_be_unloaded(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    shown.options.set(sample_library())
    actions = shown.window.model_actions
    go_to("Qwen3.5 9B, Q6_K")
    assert name_of_focus().endswith("in use")
    with qtbot.assertNotEmitted(actions.model_chosen):
        press(Qt.Key.Key_Return)
    tab_to("Unload the model now")
    with qtbot.waitSignal(actions.unload_requested):
        press(Qt.Key.Key_Space)


def test_that_a_model_is_deleted_only_after_asking(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    shown.options.set(sample_library())
    actions = shown.window.model_actions
    go_to("Qwen3.5 9B, UD-Q4_K_XL")
    with qtbot.assertNotEmitted(actions.delete_requested):
        press(Qt.Key.Key_Delete)
    assert name_of_focus() == "Keep it"
    tab_to("Delete it")
    option = given(qtbot, actions.delete_requested, lambda: press(Qt.Key.Key_Space))
    assert option.quantisation == "UD-Q4_K_XL"


def test_that_what_is_not_installed_in_use_or_the_demo_cannot_be_deleted(
    shown: ShownWindow, picker: ModelPicker
) -> None:
    shown.options.set(sample_library())
    for start in ("Qwen3.5 9B, Q4_K_M", "Qwen3.5 9B, Q6_K"):
        go_to(start)
        press(Qt.Key.Key_Delete)
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Down)
    assert name_of_focus().startswith(demo_option().model)
    press(Qt.Key.Key_Delete)
    assert picker.findChildren(InlineQuestion) == []


def test_that_an_imported_model_is_only_taken_off_the_list(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    imported = replace(demo_option(), model="holiday-7b", is_demo=False)
    options = shown.options.value
    shown.options.set(replace(options, options=(*options.options, imported)))
    qtbot.waitUntil(picker.list.sections()[-1].isVisible)
    go_to("Imported")
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Delete)
    assert "stays there" in find(picker, InlineQuestion).text()
    tab_to("Remove it")
    option = given(
        qtbot, shown.window.model_actions.delete_requested, lambda: press(Qt.Key.Key_Space)
    )
    assert option == imported


def test_that_a_download_is_paused_resumed_and_cancelled(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    actions = shown.window.model_actions
    go_to("Qwen3.5 9B, Q5_K_M")
    row = QApplication.focusWidget()
    assert isinstance(row, OptionRow)
    before = row.option
    shown.options.replace_option(downloading(before))
    assert "33 %" in name_of_focus()
    tab_to("Pause the download of Qwen3.5 9B · Q5_K_M")
    assert given(qtbot, actions.pause_requested, lambda: press(Qt.Key.Key_Space)).key == before.key
    shown.options.replace_option(downloading(before, is_paused=True))
    tab_to("Resume the download of Qwen3.5 9B · Q5_K_M")
    assert given(qtbot, actions.resume_requested, lambda: press(Qt.Key.Key_Space)).key == before.key
    tab_to("Cancel the download of Qwen3.5 9B · Q5_K_M")
    assert given(qtbot, actions.cancel_requested, lambda: press(Qt.Key.Key_Space)).key == before.key
    shown.options.replace_option(before)
    assert row.option == before


def test_that_the_keyboard_stays_in_the_panel_when_what_it_stood_on_goes(
    shown: ShownWindow, picker: ModelPicker
) -> None:
    go_to("Qwen3.5 9B, Q5_K_M")
    row = QApplication.focusWidget()
    assert isinstance(row, OptionRow)
    shown.options.replace_option(downloading(row.option))
    tab_to("Cancel the download of Qwen3.5 9B · Q5_K_M")
    shown.options.replace_option(replace(row.option, transfer=None))
    focused = QApplication.focusWidget()
    assert focused is not None
    assert picker.isAncestorOf(focused)


def test_that_the_slider_previews_while_it_moves_and_then_chooses(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    actions = shown.window.model_actions
    tab_to("Context length, 32k tokens")
    told: list[tuple[str, int]] = []
    actions.context_previewed.connect(lambda tokens: told.append(("previewed", tokens)))
    with qtbot.waitSignal(actions.context_chosen) as blocker:
        press(Qt.Key.Key_Right)
        press(Qt.Key.Key_Right)
    assert told == [("previewed", 49_152), ("previewed", 65_536)]
    assert blocker.args == [65_536]
    assert name_of_focus() == "Context length, 64k tokens"


def test_that_the_bars_follow_the_context_and_the_user_can_leave_it_to_us(
    shown: ShownWindow, picker: ModelPicker, qtbot: QtBot
) -> None:
    bar = find(picker, PickerFooter).bar
    before = bar.accessibleName()
    shown.options.set(replace(sample_options(context=131_072), is_first_run=False))
    assert bar.accessibleName() != before
    assert "too little" in bar.accessibleName()
    tab_to("Let Sideglance choose the context")
    with qtbot.waitSignal(shown.window.model_actions.context_chosen) as blocker:
        press(Qt.Key.Key_Space)
    assert blocker.args == [0]


def test_that_the_large_bar_is_that_of_the_row_with_the_keyboard(picker: ModelPicker) -> None:
    bar = find(picker, PickerFooter).bar
    go_to("Qwen3.5 9B, UD-IQ2_M")
    assert "weights 3.4 GB" in bar.accessibleName()
    go_to("Qwen3.5 9B, BF16")
    assert "weights 16.7 GB" in bar.accessibleName()


def test_that_quiet_actions_are_said(shown: ShownWindow, picker: ModelPicker, qtbot: QtBot) -> None:
    tab_to("Show the models folder")
    with qtbot.waitSignal(shown.window.model_actions.folder_requested):
        press(Qt.Key.Key_Space)


def test_that_options_that_come_while_it_is_closed_are_shown_when_it_opens(
    shown: ShownWindow,
) -> None:
    picker = find(shown.window, ModelPicker)
    shown.options.set(sample_library())
    assert picker.list.sections() == ()
    shown.window.open_models()
    assert len(picker.list.sections()) == 5
    assert name_of_focus().startswith("Qwen3.5 9B, Q6_K")


def test_that_sizes_that_are_gone_go(shown: ShownWindow, picker: ModelPicker) -> None:
    shown.options.set(replace(shown.options.value, options=(demo_option(),)))
    assert [section.heading.accessibleName() for section in picker.list.sections()] == [
        "Demonstration, closed"
    ]


def test_that_it_keeps_to_the_window(shown: ShownWindow, picker: ModelPicker, qtbot: QtBot) -> None:
    shown.window.resize(460, 520)
    qtbot.waitUntil(lambda: picker.size() == shown.window.size())
    assert all(
        shown.window.rect().contains(button.mapTo(shown.window, button.rect().center()))
        for button in find(picker, PickerFooter).findChildren(QPushButton)
        if button.isVisible()
    )


def test_that_typing_goes_on_after_it_was_closed(shown: ShownWindow, qtbot: QtBot) -> None:
    edit = find(shown.window, QuestionEdit)
    edit.setFocus()
    shown.options.set(sample_library())
    shown.window.open_models()
    press(Qt.Key.Key_Escape)
    assert edit.hasFocus()


def test_that_icon_buttons_in_rows_say_what_they_delete(
    shown: ShownWindow, picker: ModelPicker
) -> None:
    shown.options.set(sample_library())
    names = [each.accessibleName() for each in picker.findChildren(IconButton)]
    assert "Delete Qwen3.5 9B · UD-Q4_K_XL…" in names
