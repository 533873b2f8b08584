from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.controls.form_fields import TickBox
from app.ui.style.theme import Theme


def test_that_space_changes_it_and_the_tick_is_seen(qtbot: QtBot) -> None:
    box = TickBox(Theme(), "Read ahead")
    qtbot.addWidget(box)
    box.show()
    off = box.grab().toImage()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()
    assert box.grab().toImage() != off
