from dataclasses import replace

from helpers.house import House, find
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.engine.model_state import Loading, Resting
from app.ui.controls.labels import ElidedLabel
from app.ui.models.model_picker import ModelPicker
from app.ui.models.model_status import ModelStatus
from tools.sample_offers import sample_library


def button(house: House, name: str) -> QPushButton:
    buttons = find(house.window, ModelStatus).findChildren(QPushButton)
    return next(each for each in buttons if each.accessibleName().startswith(name))


def test_that_loading_can_be_cancelled(house: House, qtbot: QtBot) -> None:
    cancel = button(house, "Cancel loading the model")
    assert not cancel.isVisible()
    house.model_state.set(Loading(name="Qwen3.5 4B", fraction=0.2))
    assert cancel.isVisible()
    with qtbot.waitSignal(house.window.model_wishes.load_cancel_requested):
        cancel.click()


def test_that_a_resting_model_is_said(house: House) -> None:
    house.model_state.set(Resting(name="Qwen3.5 4B"))
    assert find(house.window, ModelStatus).text().startswith("Qwen3.5 4B · resting")


def test_that_a_download_is_said_and_leads_to_the_models(house: House) -> None:
    house.offers.set(sample_library())
    line = button(house, "Download of Qwen3.5 9B · Q8_0: 33 %")
    assert line.isVisible()
    line.click()
    assert find(house.window, ModelPicker).isVisible()
    still = tuple(replace(offer, transfer=None) for offer in house.offers.value.offers)
    house.offers.set(replace(house.offers.value, offers=still))
    assert not line.isVisible()


def test_that_a_long_line_is_cut_and_still_known(house: House, qtbot: QtBot) -> None:
    house.window.resize(430, 500)
    house.model_state.set(Resting(name="A model with quite a long name for a narrow window"))
    label = find(house.window, ElidedLabel)
    qtbot.waitUntil(lambda: label.toolTip() == label.text())
    assert find(house.window, ModelStatus).text() == label.text()
    house.window.resize(1100, 500)
    qtbot.waitUntil(lambda: not label.toolTip())
