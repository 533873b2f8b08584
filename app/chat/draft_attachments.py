"""List model of what will be sent along with the next question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import NewType

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.chat.turns import Attachment

EntryId = NewType("EntryId", int)

EntryRole = int(Qt.ItemDataRole.UserRole) + 1

_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAttachment:
    """One file in the tray.

    Attributes:
        name: the file's name, for people
        attachment: what became of it; None while it is still being looked at
    """

    entry_id: EntryId
    name: str
    attachment: Attachment | None = None


class DraftAttachments(QAbstractListModel):
    """The files that go along with the next question, in the order they were given.

    A file can be taken out while it is still being looked at, so settling or removing
    an entry that is gone does nothing.

    Signals:
        changed: an entry came, went or settled
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[DraftAttachment] = []
        self._numbers = count(1)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being looked at any more; true of an empty tray."""
        return all(entry.attachment is not None for entry in self._entries)

    def entries(self) -> tuple[DraftAttachment, ...]:
        """All entries, in the order they were given."""
        return tuple(self._entries)

    def add(self, name: str) -> EntryId:
        """Add a file that is going to be looked at."""
        entry_id = EntryId(next(self._numbers))
        row = len(self._entries)
        self.beginInsertRows(_NO_PARENT, row, row)
        self._entries.append(DraftAttachment(entry_id=entry_id, name=name))
        self.endInsertRows()
        self.changed.emit()
        return entry_id

    def settle(self, entry_id: EntryId, attachment: Attachment) -> None:
        """Say what a file turned out to be."""
        row = self._row(entry_id)
        if row is None:
            return
        self._entries[row] = replace(self._entries[row], attachment=attachment)
        index = self.index(row)
        self.dataChanged.emit(index, index)
        self.changed.emit()

    def remove(self, entry_id: EntryId) -> None:
        """Take a file out."""
        row = self._row(entry_id)
        if row is None:
            return
        self.beginRemoveRows(_NO_PARENT, row, row)
        del self._entries[row]
        self.endRemoveRows()
        self.changed.emit()

    def take(self) -> tuple[Attachment, ...]:
        """Hand over what is in the tray and empty it.

        What is still being looked at would be lost, so call it when `is_settled`.
        """
        attachments = tuple(e.attachment for e in self._entries if e.attachment is not None)
        self.show_attachments(())
        return attachments

    def show_attachments(self, attachments: Sequence[Attachment]) -> None:
        """Take these in place of everything in the tray."""
        self.beginResetModel()
        self._entries = [
            DraftAttachment(entry_id=EntryId(next(self._numbers)), name=each.name, attachment=each)
            for each in attachments
        ]
        self.endResetModel()
        self.changed.emit()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """How many entries there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """An entry's name, or the entry itself."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == EntryRole:
            return entry
        return entry.name if role == Qt.ItemDataRole.DisplayRole else None

    def _row(self, entry_id: EntryId) -> int | None:
        rows = (row for row, entry in enumerate(self._entries) if entry.entry_id == entry_id)
        return next(rows, None)
