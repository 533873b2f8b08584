"""Covers the window while something is dragged over it."""

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.style.icons import make_pixmap
from app.ui.style.theme import LARGE, ROUND_LARGE, Size, Theme

_WORDS = "Drop pictures or videos here"


class DropOverlay(QWidget):
    """Says that the whole window takes what is being dragged."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._window = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(_WORDS)
        self.hide()

    def cover(self) -> None:
        """Appear over everything."""
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a veil with the words in its middle."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colours.ground)
        veil.setAlphaF(0.92)
        painter.fillRect(self.rect(), veil)
        pen = QPen(QColor(colours.accent), 2)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        edge = QRectF(self.rect()).adjusted(LARGE, LARGE, -LARGE, -LARGE)
        painter.drawRoundedRect(edge, ROUND_LARGE, ROUND_LARGE)
        icon = make_pixmap("picture", QColor(colours.accent), 48, self.devicePixelRatioF())
        painter.drawPixmap(self.rect().center() - QPoint(24, 60), icon)
        font = self._theme.font(Size.LEAD)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        painter.drawText(
            self.rect().adjusted(0, 40, 0, 0), int(Qt.AlignmentFlag.AlignCenter), _WORDS
        )
