"""The real program with somebody who watches its window."""

import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject

from app.__main__ import main
from app.application import main as app_main
from app.application.application import Application

OnPainted = Callable[[Application], None]


class FirstPaint(QObject):
    """Waits for a window's first painting."""

    def __init__(self, program: Application, on_painted: OnPainted) -> None:
        super().__init__(program)
        self._program = program
        self._on_painted: OnPainted | None = on_painted
        program.window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._on_painted is not None:
            on_painted, self._on_painted = self._on_painted, None
            on_painted(self._program)
        return super().eventFilter(watched, event)


def run_watched(on_painted: OnPainted) -> int:
    """Run what `python -m app` runs, telling when its window is first painted."""

    class WatchedProgram(Application):
        def begin(self) -> None:
            FirstPaint(self, on_painted)
            super().begin()

    setattr(app_main, "Application", WatchedProgram)  # noqa: B010 - mypy knows it as a type
    sys.argv[1:] = []
    return main()
