"""Shows an answer written in Markdown and keeps finished parts as they are."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.code_block import CodeBlock
from app.widgets.markdown_blocks import Block, Code, Prose, split_blocks
from app.widgets.prose_view import ProseView
from app.widgets.theme import MEDIUM, Theme


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
        self._views: list[ProseView | CodeBlock] = []
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
            case Prose() if isinstance(view, ProseView):
                view.show_markdown(block.text)
            case Code() if isinstance(view, CodeBlock):
                view.show_code(block)

    def _add_view(self, block: Block) -> None:
        view: ProseView | CodeBlock
        if isinstance(block, Prose):
            view = ProseView(self._theme)
            view.link_clicked.connect(self.link_clicked)
        else:
            view = CodeBlock(self._theme)
        self._views.append(view)
        self._column.addWidget(view)


def _suits(view: ProseView | CodeBlock, block: Block) -> bool:
    return isinstance(view, ProseView) == isinstance(block, Prose)


def _drop(view: QWidget) -> None:
    view.hide()
    view.deleteLater()
