"""Shows what will be sent along with the next question, one thumbnail a file."""

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.chat.draft_attachments import DraftAttachment, DraftAttachments, EntryId
from app.ui.controls.buttons import IconButton
from app.ui.controls.labels import make_label
from app.ui.controls.thumbnail import Thumbnail, describe, square
from app.ui.controls.waiting_dots import WaitingDots
from app.ui.style.theme import ROUND, SMALL, THUMBNAIL_SIDE, TIGHT, Theme

_EDGE_PX = 4
_CROSS_SIDE = 22


class AttachmentItem(QWidget):
    """A tile that can be taken out with its cross or the Delete key.

    Signals:
        removal_wanted: EntryId
    """

    removal_wanted = Signal(object)

    def __init__(self, theme: Theme, entry: DraftAttachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entry = entry
        side = THUMBNAIL_SIDE + 2 * _EDGE_PX
        self.setFixedSize(side, side)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._picture = Thumbnail(theme, square(), self)
        self._picture.move(_EDGE_PX, _EDGE_PX)
        self._waiting = self._make_waiting()
        label = f"Remove {entry.name}"
        self._cross = IconButton(
            theme, "close", label, side_px=_CROSS_SIDE, kind="cross", parent=self
        )
        self._cross.move(side - _CROSS_SIDE, 0)
        self._cross.clicked.connect(self._remove)
        self.show_entry(entry)

    def show_entry(self, entry: DraftAttachment) -> None:
        """Draw the entry as it is now."""
        self._entry = entry
        settled = entry.attachment
        self._picture.setVisible(settled is not None)
        self._waiting.setVisible(settled is None)
        if settled is None:
            self.setAccessibleName(f"{entry.name}, being looked at")
            self.setToolTip(f"Looking at {entry.name}…")
        else:
            self._picture.show_attachment(settled)
            self.setAccessibleName(describe(settled))
            self.setToolTip(describe(settled))
        self.update()

    def _make_waiting(self) -> QWidget:
        body = QWidget(self)
        body.setGeometry(_EDGE_PX, _EDGE_PX, THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        column = QVBoxLayout(body)
        column.setContentsMargins(SMALL, SMALL, SMALL, SMALL)
        column.addStretch()
        dots = WaitingDots(self._theme)
        column.addWidget(dots, 0, Qt.AlignmentFlag.AlignHCenter)
        name = make_label(tone="quiet", size="caption")
        name.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        width = THUMBNAIL_SIDE - 2 * SMALL
        metrics = QFontMetrics(QFont(self._theme.font()))
        name.setText(metrics.elidedText(self._entry.name, Qt.TextElideMode.ElideMiddle, width))
        column.addWidget(name)
        column.addStretch()
        return body

    def _remove(self) -> None:
        self.removal_wanted.emit(self._entry.entry_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the file out with the keyboard."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tile behind a file that waits, and the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = QRectF(self.rect()).adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        if self._entry.attachment is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.colours.code))
            painter.drawRoundedRect(inner, ROUND, ROUND)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inner.adjusted(-2, -2, 2, 2), ROUND + 2, ROUND + 2)


class AttachmentTray(QScrollArea):
    """A row of tiles that follows the tray model and hides while it is empty.

    Signals:
        removal_wanted: EntryId
    """

    removal_wanted = Signal(object)

    def __init__(
        self, theme: Theme, draft_attachments: DraftAttachments, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._draft_attachments = draft_attachments
        self._items: dict[EntryId, AttachmentItem] = {}
        body = QWidget()
        body.setObjectName("plain")
        self._row = QHBoxLayout(body)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(TIGHT)
        self._row.addStretch()
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(THUMBNAIL_SIDE + 2 * TIGHT + TIGHT)
        self.setAccessibleName("Attachments")
        draft_attachments.modelReset.connect(self._draw_all)
        draft_attachments.rowsInserted.connect(self._draw_all)
        draft_attachments.rowsRemoved.connect(self._draw_all)
        draft_attachments.dataChanged.connect(self._on_data_changed)
        self._draw_all()

    def items(self) -> tuple[AttachmentItem, ...]:
        """The tiles, in the tray's order."""
        return tuple(self._items[entry.entry_id] for entry in self._draft_attachments.entries())

    def _draw_all(self) -> None:
        entries = self._draft_attachments.entries()
        for gone in self._items.keys() - {entry.entry_id for entry in entries}:
            item = self._items.pop(gone)
            self._row.removeWidget(item)
            item.hide()
            item.deleteLater()
        for place, entry in enumerate(entries):
            if entry.entry_id not in self._items:
                item = AttachmentItem(self._theme, entry)
                item.removal_wanted.connect(self.removal_wanted)
                self._items[entry.entry_id] = item
                self._row.insertWidget(place, item, 0, Qt.AlignmentFlag.AlignTop)
        self.setVisible(bool(entries))

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for entry in self._draft_attachments.entries()[first.row() : last.row() + 1]:
            self._items[entry.entry_id].show_entry(entry)
