from dataclasses import replace

import pytest
from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.model_manager.model_options import ModelImport, ModelOptions
from app.ui.composer.question_edit import QuestionEdit
from app.ui.controls.inline_question import ChoiceBox
from app.ui.controls.memory_bar import MemoryBar
from app.ui.first_run.first_run import FirstRun
from app.ui.first_run.recommendation import AlternativeButton, RecommendationNote
from app.ui.model_panels import ModelFilePicker
from app.ui.models.model_picker import ModelPicker
from app.ui.transcript.empty_state import EmptyState
from tools.sample_options import downloading, sample_library, sample_options


@pytest.fixture
def page(shown: ShownWindow) -> FirstRun:
    shown.options.set(sample_options())
    return find(shown.window, FirstRun)


def texts(page: FirstRun) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def press_by_keyboard(page: FirstRun, name: str) -> None:
    """Walk with Tab from the first button until something is called this, and press Space."""
    for _ in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        if page.isAncestorOf(focused) and focused.accessibleName().startswith(name):
            QTest.keyClick(focused, Qt.Key.Key_Space)
            return
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never reaches {name}")


def test_that_a_window_with_models_begins_as_always(shown: ShownWindow) -> None:
    shown.options.set(sample_library())
    assert find(shown.window, EmptyState).isVisible()
    assert not find(shown.window, FirstRun).isVisible()


def test_that_it_says_that_it_is_looking(shown: ShownWindow) -> None:
    shown.options.set(ModelOptions(is_first_run=True))
    page = find(shown.window, FirstRun)
    assert page.isVisible()
    assert "Looking at this computer…" in texts(page)
    assert not page.card.isVisible()


def test_that_it_says_what_was_found_and_what_we_would_take(page: FirstRun) -> None:
    shown = texts(page)
    for words in ("An NVIDIA GeForce RTX 3060", "Qwen3.5 9B · Q6_K", "The largest Qwen3.5"):
        assert words in shown
    assert "≈ 35 tokens/s" in shown
    assert "needs 13 GB of graphics memory" in shown
    assert len(page.findChildren(AlternativeButton)) == 2
    assert len(page.findChildren(RecommendationNote)) == 1
    assert "weights 6.9 GB" in find(page, MemoryBar).accessibleName()


def test_that_one_press_downloads_and_uses(
    shown: ShownWindow, page: FirstRun, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(shown.window.model_actions.fetch_and_use_requested) as blocker:
        press_by_keyboard(page, "Download and use (7.8 GB): Qwen3.5 9B · Q6_K")
    look = shown.options.value.first_look
    assert look is not None
    assert blocker.args == [look.recommendation]


def test_that_an_alternative_is_taken(shown: ShownWindow, page: FirstRun, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.window.model_actions.fetch_and_use_requested) as blocker:
        press_by_keyboard(page, "Download and use (2.5 GB): Qwen3.5 2B, Q8_0, near lossless")
    assert blocker.args is not None
    assert blocker.args[0].size == "2B"


def test_that_a_model_that_is_here_is_used(
    shown: ShownWindow, page: FirstRun, qtbot: QtBot
) -> None:
    look = shown.options.value.first_look
    assert look is not None
    assert look.recommendation is not None
    shown.options.replace_option(replace(look.recommendation, is_installed=True))
    with qtbot.waitSignal(shown.window.model_actions.model_chosen):
        press_by_keyboard(page, "Use it: Qwen3.5 9B")


def test_that_a_download_shows_how_far_it_is_and_can_be_stopped(
    shown: ShownWindow, page: FirstRun, qtbot: QtBot
) -> None:
    look = shown.options.value.first_look
    assert look is not None
    assert look.recommendation is not None
    shown.options.replace_option(downloading(look.recommendation))
    assert "33 % · 2.7 of 7.8 GB · 12 MB/s · 8 min left" in texts(page)
    with qtbot.waitSignal(shown.window.model_actions.pause_requested):
        press_by_keyboard(page, "Pause the download")
    with qtbot.waitSignal(shown.window.model_actions.cancel_requested):
        press_by_keyboard(page, "Cancel the download")
    texts_of_buttons = [button.text() for button in page.findChildren(QPushButton)]
    assert "Look around with the demo meanwhile" in texts_of_buttons


def test_that_alternatives_keep_their_buttons_while_one_of_them_comes(
    shown: ShownWindow, page: FirstRun, qtbot: QtBot
) -> None:
    before = page.findChildren(AlternativeButton)
    shown.options.replace_option(downloading(before[0].option))
    assert page.findChildren(AlternativeButton) == before
    assert before[0].accessibleName().startswith("Qwen3.5 4B, Q8_0")
    assert before[0].accessibleName().endswith("5 min left")
    with qtbot.assertNotEmitted(shown.window.model_actions.fetch_and_use_requested):
        before[0].click()


def test_that_nothing_fits_is_said_and_the_demo_remains(shown: ShownWindow, page: FirstRun) -> None:
    look = shown.options.value.first_look
    assert look is not None
    look = replace(look, recommendation=None, reason="No model fits.", alternatives=())
    shown.options.set(replace(shown.options.value, first_look=look))
    assert "No model fits." in texts(page)
    assert "Recommended" not in texts(page)
    assert "Just look around with the demo" in [b.text() for b in page.findChildren(QPushButton)]


def test_that_the_demo_gives_way_to_the_conversation(
    shown: ShownWindow, page: FirstRun, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(shown.window.model_actions.demo_chosen):
        press_by_keyboard(page, "Just look around with the demo")
    assert not page.isVisible()
    assert find(shown.window, QuestionEdit).hasFocus()
    shown.options.set(replace(shown.options.value, context=8192))
    assert not page.isVisible()


def test_that_all_models_are_a_press_away(shown: ShownWindow, page: FirstRun) -> None:
    press_by_keyboard(page, "See all models")
    assert find(shown.window, ModelPicker).isVisible()


@pytest.mark.qt_log_ignore("propagateSizeHints")
@pytest.mark.parametrize(("way", "copies"), [("Copy it", True), ("Use it where it is", False)])
def test_that_a_file_is_imported_by_copy_or_where_it_is(
    shown: ShownWindow, page: FirstRun, qtbot: QtBot, way: str, copies: bool
) -> None:
    press_by_keyboard(page, "Import a file I have")
    picker = find(shown.window, ModelFilePicker)
    picker.fileSelected.emit("/media/stick/model.gguf")
    picker.close()
    question = find(shown.window, ChoiceBox)
    assert "“model.gguf”" in question.text()
    button = next(each for each in question.buttons() if each.text() == way)
    with qtbot.waitSignal(shown.window.model_actions.import_chosen) as blocker:
        button.click()
    assert blocker.args is not None
    (chosen,) = blocker.args
    assert isinstance(chosen, ModelImport)
    assert (chosen.path.name, chosen.copies) == ("model.gguf", copies)


def test_that_everything_to_press_has_a_name(page: FirstRun) -> None:
    buttons = [each for each in page.findChildren(QAbstractButton) if each.isVisible()]
    assert len(buttons) == 6
    assert [each for each in buttons if not each.accessibleName()] == []
