"""Shows prose written in Markdown, as tall as it needs."""

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from app.widgets.prose_document import SealedDocument, make_prose_document
from app.widgets.theme import Theme


class ProseView(QTextBrowser):
    """Read-only text without bars of its own; the transcript scrolls.

    Signals:
        link_clicked: the address of a link, which is not opened
    """

    link_clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._markdown = ""
        self._sealed: SealedDocument | None = None
        self._heights: dict[int, int] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setAcceptDrops(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Text")
        self.anchorClicked.connect(self._on_anchor_clicked)
        theme.changed.connect(self._render)

    def show_markdown(self, markdown: str) -> None:
        """Show this in place of what was there."""
        if markdown != self._markdown:
            self._markdown = markdown
            self._render()

    def markdown(self) -> str:
        """What is shown."""
        return self._markdown

    def ideal_width(self) -> int:
        """How wide the text is when no line is broken."""
        return int(self.document().idealWidth()) + 1

    def _render(self) -> None:
        old = self._sealed
        self._sealed = make_prose_document(self._markdown, self._theme, self)
        self.setDocument(self._sealed)
        if old is not None:
            old.deleteLater()
        self._heights.clear()
        self.updateGeometry()

    def _on_anchor_clicked(self, address: QUrl) -> None:
        self.link_clicked.emit(address.toString())

    def hasHeightForWidth(self) -> bool:
        """Text is taller where it is narrower."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the text when its lines are this long."""
        if width not in self._heights:
            document = self.document()
            document.setTextWidth(width)
            self._heights[width] = int(document.size().height() + 0.999)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        """As wide as there is room, as tall as the text."""
        width = max(self.width(), 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A word or two."""
        return QSize(40, 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the transcript."""
        event.ignore()
