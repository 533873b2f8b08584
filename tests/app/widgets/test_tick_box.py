from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.widgets.theme import Theme
from app.widgets.tick_box import TickBox


def test_that_space_changes_it_and_the_tick_is_seen(qtbot: QtBot) -> None:
    box = TickBox(Theme(), "Read ahead")
    qtbot.addWidget(box)
    box.show()
    off = box.grab().toImage()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()
    assert box.grab().toImage() != off
