"""The left side of the window: a new chat, the saved ones, and the settings."""

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.chat.actions import ChatActions
from app.chat.chat_list import ChatList, ChatRole
from app.chat.turns import ChatSummary
from app.settings.actions import SettingsActions
from app.ui.sidebar.chat_delegate import ChatDelegate
from app.ui.style.theme import ICON_SIDE, MEDIUM, SIDEBAR_WIDTH, SMALL, Theme


class ChatListView(QListView):
    """Follows the chat list; says which chat to open, rename or delete."""

    def __init__(
        self, theme: Theme, chats: ChatList, actions: ChatActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._chats = chats
        self._actions = actions
        self._delegate = ChatDelegate(theme, chats, self)
        self._delegate.renamed.connect(actions.chat_renamed)
        self.setModel(chats)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName("Chats")
        self.clicked.connect(self._on_clicked)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        chats.current_changed.connect(self._on_current_changed)
        chats.modelReset.connect(self._on_current_changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_current_changed()

    def make_menu(self, index: QModelIndex) -> QMenu:
        """What can be done with one chat."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction("Rename")
        rename.triggered.connect(lambda: self.edit(index))
        delete = menu.addAction("Delete")
        chat = _chat(index)
        if chat is not None:
            delete.triggered.connect(lambda: self._actions.chat_deleted.emit(chat.chat_id))
        return menu

    def _choose(self, index: QModelIndex) -> None:
        if (chat := _chat(index)) is not None:
            self._actions.chat_chosen.emit(chat.chat_id)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _on_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.make_menu(index).popup(self.viewport().mapToGlobal(place))

    def _on_current_changed(self) -> None:
        ids = [chat.chat_id for chat in self._chats.chats()]
        if self._chats.current in ids:
            self.setCurrentIndex(self._chats.index(ids.index(self._chats.current)))
        else:
            self.setCurrentIndex(QModelIndex())
        self.viewport().update()

    def _on_theme_changed(self) -> None:
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete deletes; the rest is the list's own."""
        chat = _chat(self.currentIndex())
        if chat is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._actions.chat_chosen.emit(chat.chat_id)
        elif chat is not None and event.key() == Qt.Key.Key_Delete:
            self._actions.chat_deleted.emit(chat.chat_id)
        else:
            super().keyPressEvent(event)


def _chat(index: QModelIndex) -> ChatSummary | None:
    chat = index.data(ChatRole)
    return chat if isinstance(chat, ChatSummary) else None


class ChatSidebar(QFrame):
    """The button for a new chat above the list of chats, the one for settings below."""

    def __init__(
        self,
        theme: Theme,
        chats: ChatList,
        chat_actions: ChatActions,
        settings_actions: SettingsActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setFixedWidth(SIDEBAR_WIDTH)
        self._theme = theme
        self._new = _make_button("New chat")
        self._settings = _make_button("Settings")
        self._list = ChatListView(theme, chats, chat_actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(SMALL, MEDIUM, SMALL, SMALL)
        column.setSpacing(SMALL)
        column.addWidget(self._new)
        column.addWidget(self._list, 1)
        column.addWidget(self._settings)
        self._new.clicked.connect(chat_actions.new_chat_requested)
        self._settings.clicked.connect(settings_actions.settings_requested)
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
