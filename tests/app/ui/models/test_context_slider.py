import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider
from pytestqt.qtbot import QtBot

from app.ui.models.context_slider import STEPS, ContextSlider, nearest, steps_up_to


def test_that_steps_end_with_the_largest_possible() -> None:
    assert steps_up_to(262_144) == STEPS
    assert steps_up_to(20_000) == (4096, 6144, 8192, 12_288, 16_384, 20_000)
    assert steps_up_to(2048) == (2048,)


def test_that_any_length_has_a_nearest_step() -> None:
    assert STEPS[nearest(STEPS, 33_000)] == 32_768
    assert STEPS[nearest(STEPS, 1)] == 4096


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_leaving_settles_what_was_chosen(qtbot: QtBot) -> None:
    slider = ContextSlider()
    qtbot.addWidget(slider)
    slider.show_context(8192, 65_536, is_ours=False)
    slider.show()
    handle = slider.findChild(QSlider)
    assert isinstance(handle, QSlider)
    with qtbot.waitSignal(slider.chosen) as blocker:
        QTest.keyClick(handle, Qt.Key.Key_Left)
        slider.hide()
    assert blocker.args == [6144]


def test_that_figures_from_outside_do_not_move_it_under_the_hand(qtbot: QtBot) -> None:
    slider = ContextSlider()
    qtbot.addWidget(slider)
    slider.show_context(8192, 65_536, is_ours=True)
    with qtbot.assertNotEmitted(slider.previewed):
        slider.show_context(16_384, 65_536, is_ours=True)
    assert slider.tokens == 16_384
    handle = slider.findChild(QSlider)
    assert isinstance(handle, QSlider)
    handle.setSliderDown(True)
    slider.show_context(4096, 65_536, is_ours=False)
    assert slider.tokens == 16_384
    handle.setSliderDown(False)
