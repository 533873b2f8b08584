"""The left side of the window: a new chat, those before, and the settings."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.chat.chat_list import ChatList
from app.widgets.chat_list_view import ChatListView
from app.widgets.theme import ICON_SIDE, MEDIUM, SIDEBAR_WIDTH, SMALL, Theme


class ChatSidebar(QFrame):
    """The button for a new chat above the list of chats, the one for settings below.

    Signals:
        new_chat_requested: begin a new chat
        chat_chosen: ChatId
        chat_renamed: ChatRenaming
        chat_deleted: ChatId
        settings_requested: show the settings
    """

    new_chat_requested = Signal()
    chat_chosen = Signal(object)
    chat_renamed = Signal(object)
    chat_deleted = Signal(object)
    settings_requested = Signal()

    def __init__(self, theme: Theme, chats: ChatList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setFixedWidth(SIDEBAR_WIDTH)
        self._theme = theme
        self._new = _make_button("New chat")
        self._settings = _make_button("Settings")
        self._list = ChatListView(theme, chats)
        column = QVBoxLayout(self)
        column.setContentsMargins(SMALL, MEDIUM, SMALL, SMALL)
        column.setSpacing(SMALL)
        column.addWidget(self._new)
        column.addWidget(self._list, 1)
        column.addWidget(self._settings)
        self._new.clicked.connect(self.new_chat_requested)
        self._settings.clicked.connect(self.settings_requested)
        self._list.chat_chosen.connect(self.chat_chosen)
        self._list.chat_renamed.connect(self.chat_renamed)
        self._list.chat_deleted.connect(self.chat_deleted)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        colours = self._theme.colours
        self._new.setIcon(self._theme.icon("new_chat", colours.text))
        self._settings.setIcon(self._theme.icon("settings", colours.quiet))


def _make_button(name: str) -> QPushButton:
    button = QPushButton(f" {name}")
    button.setProperty("kind", "new")
    button.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setAccessibleName(name)
    return button
