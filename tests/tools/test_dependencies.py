"""What our dependencies must not do, because they once did."""

import sys

from PySide6.QtCore import QObject, Signal


class Bell(QObject):
    """Has a signal."""

    rang = Signal(str)


def test_that_a_signal_gives_back_the_reference_it_took() -> None:
    # PySide6 6.12.0 loses one to True with every emit; Python 3.11 aborts once they are used up.
    bell = Bell()
    spare = [True] * 200
    before = sys.getrefcount(spare[0])
    for _ in range(100):
        bell.rang.emit("ding")
    assert sys.getrefcount(spare[0]) > before - 50
