"""One file in the tray: its thumbnail, or a sign that it is being looked at."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.chat.tray import TrayEntry
from app.widgets.icon_button import IconButton
from app.widgets.labels import make_label
from app.widgets.theme import ROUND, SMALL, THUMBNAIL_SIDE, Theme
from app.widgets.thumbnail import Thumbnail, describe, square
from app.widgets.waiting_dots import WaitingDots

_EDGE_PX = 4
_CROSS_SIDE = 22


class TrayItem(QWidget):
    """A tile that can be taken out with its cross or the Delete key.

    Signals:
        removal_wanted: EntryId
    """

    removal_wanted = Signal(object)

    def __init__(self, theme: Theme, entry: TrayEntry, parent: QWidget | None = None) -> None:
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

    def show_entry(self, entry: TrayEntry) -> None:
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
        room = QWidget(self)
        room.setGeometry(_EDGE_PX, _EDGE_PX, THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        column = QVBoxLayout(room)
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
        return room

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
