"""Draws one saved chat in the sidebar under its date, and edits its title in place."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.chat.chat_list import ChatList, ChatRenaming, ChatRole
from app.chat.turns import ChatSummary
from app.ui.style.theme import MEDIUM, Size, Theme

_ROW_PX = 36
_HEADING_PX = 34
_Index = QModelIndex | QPersistentModelIndex


def section(changed_at: datetime, today: date) -> str:
    """The heading a chat stands under."""
    changed = changed_at.astimezone().date()
    if changed >= today:
        return "Today"
    if changed == today - timedelta(days=1):
        return "Yesterday"
    if changed > today - timedelta(days=7):
        return "This week"
    if changed > today - timedelta(days=30):
        return "This month"
    return "Earlier"


class ChatDelegate(QStyledItemDelegate):
    """A title on a rounded row, with a heading above the first of each group.

    Signals:
        renamed: the ChatRenaming the user asked for
    """

    renamed = Signal(object)

    def __init__(self, theme: Theme, chats: ChatList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chats = chats

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw heading, row and title."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        if heading := self._heading(index):
            self._draw_heading(painter, area, heading)
        self._draw_row(painter, option, index)
        painter.restore()

    def _draw_heading(self, painter: QPainter, area: QRect, heading: str) -> None:
        font = self._theme.font(Size.CAPTION)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.colours.quiet))
        place = QRect(area.left() + MEDIUM, area.top(), area.width(), _HEADING_PX - 6)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignBottom), heading)

    def _draw_row(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colours = self._theme.colours
        row = _row_of(option.rect)
        chat = _chat(index)
        is_current = chat.chat_id == self._chats.current
        state = option.state
        painter.setPen(Qt.PenStyle.NoPen)
        if is_current or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.bubble if is_current else colours.hover))
            painter.drawRoundedRect(row, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), 8, 8)
        font = self._theme.font()
        if is_current:
            font.setWeight(QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        words = row.adjusted(MEDIUM, 0, -MEDIUM, 0)
        title = painter.fontMetrics().elidedText(
            chat.title, Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), title)

    def _heading(self, index: _Index) -> str:
        """The heading above this row; empty if the row before stands under the same."""
        today = datetime.now().astimezone().date()
        mine = section(_chat(index).changed_at, today)
        if index.row() == 0:
            return mine
        before = index.model().index(index.row() - 1, 0)
        return mine if section(_chat(before).changed_at, today) != mine else ""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """A row, and its heading if it has one."""
        return QSize(10, _ROW_PX + (_HEADING_PX if self._heading(index) else 0))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        """A field for the title."""
        field = QLineEdit(parent)
        field.setAccessibleName("Title of the chat")
        return field

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """Begin with the title as it is."""
        if isinstance(editor, QLineEdit):
            editor.setText(_chat(index).title)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Say what the user wants; the model has another writer."""
        chat = _chat(index)
        title = editor.text().strip() if isinstance(editor, QLineEdit) else ""
        if title and title != chat.title:
            self.renamed.emit(ChatRenaming(chat_id=chat.chat_id, title=title))

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        """Keep the field on the row, below the heading."""
        editor.setGeometry(_row_of(option.rect))


def _row_of(area: QRect) -> QRect:
    return QRect(area.left(), area.bottom() + 1 - _ROW_PX, area.width(), _ROW_PX - 2)


def _chat(index: _Index) -> ChatSummary:
    chat = index.data(ChatRole)
    assert isinstance(chat, ChatSummary)
    return chat
