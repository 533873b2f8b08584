"""Labels in the steps of the theme, and one that is cut where there is too little width."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.style.theme import HUGE


def make_label(
    text: str = "",
    *,
    tone: str = "",
    size: str = "",
    strong: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """A label of plain words that the style sheet knows how to draw.

    Attributes of the style sheet: `tone` is a colour, `size` a step of the type scale.
    """
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("tone", tone)
    # Not "size": that is a property every widget has already.
    label.setProperty("step", size)
    label.setProperty("weight", "strong" if strong else "")
    return label


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a property it looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


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
        width = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, width)
        if shown == whole:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)
