from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.controls.form_fields import NumberBox
from app.ui.style.theme import Theme


def make_box(qtbot: QtBot) -> NumberBox:
    box = NumberBox(Theme(), 50, " %", "Share")
    box.setValue(10)
    qtbot.addWidget(box)
    box.show()
    return box


def turn_wheel(box: NumberBox) -> None:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, event)


def test_that_a_number_stays_in_its_range(qtbot: QtBot) -> None:
    box = make_box(qtbot)
    box.setValue(700)
    assert box.value() == 50
    box.setValue(-3)
    assert box.value() == 0


def test_that_the_keyboard_changes_the_number(qtbot: QtBot) -> None:
    box = make_box(qtbot)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert (box.value(), box.text()) == (11, "11 %")


def test_that_the_wheel_turns_only_where_the_keyboard_is(qtbot: QtBot) -> None:
    box = make_box(qtbot)
    box.clearFocus()
    turn_wheel(box)
    assert box.value() == 10
    box.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    turn_wheel(box)
    assert box.value() == 11


def test_that_the_arrows_are_drawn_in_every_state(qtbot: QtBot) -> None:
    box = make_box(qtbot)
    enabled = box.grab().toImage()
    box.setEnabled(False)
    assert box.grab().toImage() != enabled
