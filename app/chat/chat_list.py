"""List model of the saved chats."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.chat.turns import ChatId, ChatSummary

ChatRole = int(Qt.ItemDataRole.UserRole) + 1

_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRenaming:
    """What the user wants a chat to be called."""

    chat_id: ChatId
    title: str


class ChatList(QAbstractListModel):
    """The saved chats in the order they are listed, and which of them is open.

    Signals:
        current_changed: the ChatId of the open chat, or None for one not saved yet
    """

    current_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chats: tuple[ChatSummary, ...] = ()
        self._current: ChatId | None = None

    @property
    def current(self) -> ChatId | None:
        """The chat that is open; None for a new one that is not saved yet."""
        return self._current

    def chats(self) -> tuple[ChatSummary, ...]:
        """All chats, in the order they are listed."""
        return self._chats

    def show_chats(self, chats: Sequence[ChatSummary]) -> None:
        """Take these chats in place of all others."""
        self.beginResetModel()
        self._chats = tuple(chats)
        self.endResetModel()

    def set_current(self, chat_id: ChatId | None) -> None:
        """Say which chat is open."""
        if chat_id != self._current:
            self._current = chat_id
            self.current_changed.emit(chat_id)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """How many chats there are."""
        return 0 if parent.isValid() else len(self._chats)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """A chat's title, or its summary."""
        if not index.isValid():
            return None
        chat = self._chats[index.row()]
        if role == ChatRole:
            return chat
        return chat.title if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """A title can be edited in place; the view asks, the controller writes."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags
