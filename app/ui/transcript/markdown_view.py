"""Shows an answer written in Markdown and keeps finished parts as they are."""

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QVBoxLayout, QWidget

from app.ui.style.theme import MEDIUM, Theme
from app.ui.transcript.code_block import CodeBlock
from app.ui.transcript.markdown_blocks import Block, Code, Prose, split_blocks
from app.ui.transcript.markdown_document import SealedDocument, make_markdown_document


class MarkdownTextView(QTextBrowser):
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
        self._sealed = make_markdown_document(self._markdown, self._theme, self)
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
        """As wide as it can be, as tall as the text."""
        width = max(self.width(), 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A word or two."""
        return QSize(40, 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the transcript."""
        event.ignore()


class MarkdownView(QWidget):
    """A column of prose and code; text that grows touches only the last piece.

    Signals:
        link_clicked: the address of a link, which is not opened
    """

    link_clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._blocks: tuple[Block, ...] = ()
        self._views: list[MarkdownTextView | CodeBlock] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(MEDIUM)

    def show_markdown(self, text: str) -> None:
        """Show this, drawing again only what differs."""
        blocks = split_blocks(text)
        for row, block in enumerate(blocks):
            if row >= len(self._blocks) or self._blocks[row] != block:
                self._show_block(row, block)
        while len(self._views) > len(blocks):
            _drop(self._views.pop())
        self._blocks = blocks

    def _show_block(self, row: int, block: Block) -> None:
        if row < len(self._views) and not _suits(self._views[row], block):
            while len(self._views) > row:
                _drop(self._views.pop())
        if row == len(self._views):
            self._add_view(block)
        view = self._views[row]
        match block:
            case Prose() if isinstance(view, MarkdownTextView):
                view.show_markdown(block.text)
            case Code() if isinstance(view, CodeBlock):
                view.show_code(block)

    def _add_view(self, block: Block) -> None:
        view: MarkdownTextView | CodeBlock
        if isinstance(block, Prose):
            view = MarkdownTextView(self._theme)
            view.link_clicked.connect(self.link_clicked)
        else:
            view = CodeBlock(self._theme)
        self._views.append(view)
        self._column.addWidget(view)


def _suits(view: MarkdownTextView | CodeBlock, block: Block) -> bool:
    return isinstance(view, MarkdownTextView) == isinstance(block, Prose)


def _drop(view: QWidget) -> None:
    view.hide()
    view.deleteLater()
