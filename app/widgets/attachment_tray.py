"""Shows what will be sent along with the next question."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from app.chat.tray import EntryId, Tray
from app.widgets.theme import THUMBNAIL_SIDE, TIGHT, Theme
from app.widgets.tray_item import TrayItem


class AttachmentTray(QScrollArea):
    """A row of tiles that follows the tray model and hides while it is empty.

    Signals:
        removal_wanted: EntryId
    """

    removal_wanted = Signal(object)

    def __init__(self, theme: Theme, tray: Tray, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tray = tray
        self._items: dict[EntryId, TrayItem] = {}
        room = QWidget()
        room.setObjectName("plain")
        self._row = QHBoxLayout(room)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(TIGHT)
        self._row.addStretch()
        self.setWidget(room)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(THUMBNAIL_SIDE + 2 * TIGHT + TIGHT)
        self.setAccessibleName("Attachments")
        tray.modelReset.connect(self._draw_all)
        tray.rowsInserted.connect(self._draw_all)
        tray.rowsRemoved.connect(self._draw_all)
        tray.dataChanged.connect(self._on_data_changed)
        self._draw_all()

    def items(self) -> tuple[TrayItem, ...]:
        """The tiles, in the tray's order."""
        return tuple(self._items[entry.entry_id] for entry in self._tray.entries())

    def _draw_all(self) -> None:
        entries = self._tray.entries()
        for gone in self._items.keys() - {entry.entry_id for entry in entries}:
            item = self._items.pop(gone)
            self._row.removeWidget(item)
            item.hide()
            item.deleteLater()
        for place, entry in enumerate(entries):
            if entry.entry_id not in self._items:
                item = TrayItem(self._theme, entry)
                item.removal_wanted.connect(self.removal_wanted)
                self._items[entry.entry_id] = item
                self._row.insertWidget(place, item, 0, Qt.AlignmentFlag.AlignTop)
        self.setVisible(bool(entries))

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for entry in self._tray.entries()[first.row() : last.row() + 1]:
            self._items[entry.entry_id].show_entry(entry)
