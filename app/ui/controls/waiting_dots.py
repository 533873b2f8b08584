"""Three dots that breathe while the user waits."""

import math

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.ui.style.theme import Theme

_DOTS = 3
_DOT_PX = 6
_STEP_PX = 11
_PERIOD_MS = 1300
_FRAME_MS = 50


class WaitingDots(QWidget):
    """Moves only while it can be seen, so that waiting costs nothing."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.update)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName("Waiting")

    def sizeHint(self) -> QSize:
        """Space for the dots."""
        return QSize(_STEP_PX * _DOTS, 20)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to move."""
        super().showEvent(event)
        self._clock.start()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw each dot a little later in its breath than the one before."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        turn = (self._clock.elapsed() if self._clock.isValid() else 0) / _PERIOD_MS
        for dot in range(_DOTS):
            colour = QColor(self._theme.colours.accent)
            colour.setAlphaF(0.3 + 0.7 * (0.5 + 0.5 * math.sin(math.tau * (turn - dot / 6))))
            painter.setBrush(colour)
            top = (self.height() - _DOT_PX) // 2
            painter.drawEllipse(dot * _STEP_PX, top, _DOT_PX, _DOT_PX)
