"""The saved chats: opening, renaming, deleting and bringing back."""

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.chat.answer_queue import AnswerQueue
from app.chat.chat_list import ChatRenaming
from app.chat.presenter import ChatPresenter
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.records import Chat, OpenedStore
from app.chat.storage.store import Store
from app.chat.turns import ChatId, ChatSummary, shorten
from app.notifications import messages
from app.notifications.notification_center import NotificationCenter

_LONGEST_TITLE = 200


class SavedChats(QObject):
    """Decides what happens when the user turns to another chat.

    Signals:
        opened: the ChatId of the chat that is shown now
    """

    opened = Signal(object)

    def __init__(
        self,
        *,
        presenter: ChatPresenter,
        store: AsyncStore,
        answers: AnswerQueue,
        notification_center: NotificationCenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._store = store
        self._answers = answers
        self._notification_center = notification_center
        # The newest request; an older one that comes true late is dropped.
        self._wanted: ChatId | None = None

    def begin(self, opened: OpenedStore, last_chat: int | None) -> None:
        """List the chats at start-up, and go on where the user left."""
        # One may have been sent while the store was being opened.
        for chat in opened.chats:
            if self._presenter.listed_chat(chat.chat_id) is None:
                self._presenter.list_chat(chat)
        if opened.moved_aside is not None and opened.recovered is not None:
            turns, lost = opened.recovered.turns, opened.recovered.lost
            self._notification_center.show(
                messages.store_moved_aside(opened.moved_aside, turns, lost)
            )
        if opened.is_bereft:
            self._notification_center.show(messages.store_missing())
        if opened.is_read_only:
            self._notification_center.show(messages.store_read_only())
        known = [chat.chat_id for chat in opened.chats if chat.chat_id == last_chat]
        if known and self._presenter.is_untouched:
            self.open(known[0])

    @Slot(object)
    def open(self, chat_id: ChatId) -> None:
        """Show a chat; what is in the composer stays there."""
        self._wanted = chat_id
        self._store.run(
            partial(Store.open_chat, chat_id=chat_id),
            then=self._on_opened,
            failed=self._notification_center.show_failure,
        )

    @Slot()
    def begin_new(self) -> None:
        """Show an empty chat; it is saved with its first question."""
        self._wanted = None
        self._presenter.show_turns(None, ())

    @Slot(object)
    def rename(self, renaming: ChatRenaming) -> None:
        """Call a chat something else."""
        title = shorten(" ".join(renaming.title.split()), _LONGEST_TITLE)
        chat = self._presenter.listed_chat(renaming.chat_id)
        if not title or chat is None:
            return
        self._store.run(
            partial(Store.rename, chat_id=renaming.chat_id, title=title),
            then=lambda _: self._on_renamed(renaming.chat_id, title),
            failed=self._notification_center.show_failure,
        )

    @Slot(object)
    def delete(self, chat_id: ChatId) -> None:
        """Take a chat away, with a way back."""
        was_shown = self._presenter.place.chat_id == chat_id
        self._answers.stop_chat(chat_id)
        self._store.run(
            partial(Store.delete, chat_id=chat_id),
            then=lambda _: self._on_deleted(chat_id, was_shown=was_shown),
            failed=self._notification_center.show_failure,
        )

    def _on_opened(self, chat: Chat) -> None:
        if chat.summary.chat_id == self._wanted:
            turns = self._answers.as_they_are(chat.turns)
            self._presenter.show_turns(chat.summary.chat_id, turns)
            self.opened.emit(chat.summary.chat_id)

    def _on_renamed(self, chat_id: ChatId, title: str) -> None:
        chat = self._presenter.listed_chat(chat_id)
        if chat is not None:
            self._presenter.list_chat(
                ChatSummary(chat_id=chat_id, title=title, changed_at=chat.changed_at)
            )

    def _on_deleted(self, chat_id: ChatId, *, was_shown: bool) -> None:
        chat = self._presenter.unlist_chat(chat_id)
        if self._presenter.place.chat_id == chat_id:
            self.begin_new()
        if chat is not None:
            self._notification_center.show(
                messages.chat_deleted(chat.title),
                partial(self._bring_back, chat, was_shown=was_shown),
            )

    def _bring_back(self, chat: ChatSummary, *, was_shown: bool) -> None:
        self._store.run(
            partial(Store.restore, chat_id=chat.chat_id),
            then=lambda _: self._on_brought_back(chat, was_shown=was_shown),
            failed=self._notification_center.show_failure,
        )

    def _on_brought_back(self, chat: ChatSummary, *, was_shown: bool) -> None:
        self._presenter.list_chat(chat)
        if was_shown and self._presenter.is_untouched:
            self.open(chat.chat_id)
