from dataclasses import replace

from helpers.shown_window import ShownWindow, find
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.engine.model_state import Loading, Resting
from app.ui.controls.labels import ElidedLabel
from app.ui.models.model_picker import ModelPicker
from app.ui.models.model_status import ModelStatus
from tools.sample_options import sample_library


def button(shown: ShownWindow, name: str) -> QPushButton:
    buttons = find(shown.window, ModelStatus).findChildren(QPushButton)
    return next(each for each in buttons if each.accessibleName().startswith(name))


def test_that_loading_can_be_cancelled(shown: ShownWindow, qtbot: QtBot) -> None:
    cancel = button(shown, "Cancel loading the model")
    assert not cancel.isVisible()
    shown.model_state.set(Loading(name="Qwen3.5 4B", fraction=0.2))
    assert cancel.isVisible()
    with qtbot.waitSignal(shown.window.model_actions.load_cancel_requested):
        cancel.click()


def test_that_a_resting_model_is_said(shown: ShownWindow) -> None:
    shown.model_state.set(Resting(name="Qwen3.5 4B"))
    assert find(shown.window, ModelStatus).text().startswith("Qwen3.5 4B · resting")


def test_that_a_download_is_said_and_leads_to_the_models(shown: ShownWindow) -> None:
    shown.options.set(sample_library())
    line = button(shown, "Download of Qwen3.5 9B · Q8_0: 33 %")
    assert line.isVisible()
    line.click()
    assert find(shown.window, ModelPicker).isVisible()
    still = tuple(replace(option, transfer=None) for option in shown.options.value.options)
    shown.options.set(replace(shown.options.value, options=still))
    assert not line.isVisible()


def test_that_a_long_line_is_cut_and_still_known(shown: ShownWindow, qtbot: QtBot) -> None:
    shown.window.resize(430, 500)
    shown.model_state.set(Resting(name="A model with quite a long name for a narrow window"))
    label = find(shown.window, ElidedLabel)
    qtbot.waitUntil(lambda: label.toolTip() == label.text())
    assert find(shown.window, ModelStatus).text() == label.text()
    shown.window.resize(1100, 500)
    qtbot.waitUntil(lambda: not label.toolTip())
