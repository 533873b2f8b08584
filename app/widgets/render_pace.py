"""Decides when the next drawing is due, so that drawing never crowds out the rest."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

FRAME_MS = 33
_REST_PER_COST = 4


class RenderPace(QObject):
    """Joins many wishes to draw into few drawings.

    After a drawing it rests for a frame, or four times as long as the drawing took.

    Signals:
        due: draw now; the slots connected directly are what is measured
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        self._since_drawing = QElapsedTimer()
        self._rest_ms = 0

    def request(self) -> None:
        """Ask for a drawing as soon as it may be."""
        if not self._timer.isActive():
            rested = self._since_drawing.elapsed() if self._since_drawing.isValid() else FRAME_MS
            self._timer.start(max(0, self._rest_ms - rested))

    def _on_timeout(self) -> None:
        cost = QElapsedTimer()
        cost.start()
        self.due.emit()
        self._rest_ms = max(FRAME_MS, _REST_PER_COST * cost.elapsed())
        self._since_drawing.start()
