"""A line that is cut with an ellipsis where there is too little room."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.widgets.theme import HUGE


class ElidedLabel(QLabel):
    """Keeps its whole text, and draws what fits."""

    def __init__(self, *, tone: str = "", size: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setProperty("step", size)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(min(HUGE, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say the rest to whoever points at it."""
        super().resizeEvent(event)
        is_cut = self.sizeHint().width() > self.width()
        self.setToolTip(self.text() if is_cut else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the beginning and an ellipsis, unless all of it fits."""
        whole = self.text()
        room = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        if shown == whole:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)
