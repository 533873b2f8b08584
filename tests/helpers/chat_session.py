"""The inside of the window process without its widgets."""

from collections.abc import Callable
from pathlib import Path

import shiboken6
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot

from app.chat.answer_queue import AnswerQueue
from app.chat.attachments import Attachments
from app.chat.chat_list import ChatList
from app.chat.controller import ChatController
from app.chat.draft_attachments import DraftAttachments
from app.chat.presenter import ChatPresenter
from app.chat.saved_chats import SavedChats
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.storage.records import OpenedStore
from app.chat.storage.store import Store
from app.chat.transcript import Transcript
from app.chat.turns import Turn, TurnState
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState
from app.model_manager.loading import ModelLoading, Recovery
from app.model_manager.planner import LoadTarget, target_of
from app.notifications.notification import Notification
from app.notifications.notification_center import NotificationCenter
from app.platform.task_pool import TaskPool
from runtime.requests import ModelFiles

FILES = ModelFiles(model=Path("fake-1b.gguf"))
TARGET = target_of(FILES)


class FakeChatView:
    """A window that only remembers."""

    def __init__(self) -> None:
        self.notifications: list[Notification] = []
        self.draft = ""
        self.waiting = ""

    def show_notification(self, notification: Notification) -> None:
        self.notifications.append(notification)

    def show_draft(self, text: str) -> None:
        self.draft = text

    def composer_text(self) -> str:
        return self.draft

    def show_waiting(self, text: str) -> None:
        self.waiting = text


class ChatSession:
    """Everything between window and engine, with a fake at either end."""

    def __init__(
        self,
        folder: Path,
        qtbot: QtBot,
        engine: FakeEngineClient,
        make_recovery: Callable[[NotificationCenter], Recovery] | None = None,
    ) -> None:
        self.folder = folder
        self.qtbot = qtbot
        self.engine = engine
        self.view = FakeChatView()
        self.thinking: bool | None = None
        self.task_pool = TaskPool()
        self.link = EngineLink(engine)
        self.transcript = Transcript()
        self.draft_attachments = DraftAttachments()
        self.chats = ChatList()
        self.model_state = ModelState()
        self.notification_center = NotificationCenter(self.view)
        self.presenter = ChatPresenter(
            transcript=self.transcript,
            draft_attachments=self.draft_attachments,
            chats=self.chats,
            view=self.view,
        )
        self.store = AsyncStore(self.task_pool.store, folder)
        self.loading = ModelLoading(
            link=self.link,
            state=self.model_state,
            notification_center=self.notification_center,
            recovery=make_recovery(self.notification_center) if make_recovery else None,
        )
        self.queue = AnswerQueue(
            link=self.link,
            loading=self.loading,
            store=self.store,
            presenter=self.presenter,
            notification_center=self.notification_center,
            thinking=lambda: self.thinking,
        )
        self.controller = ChatController(
            presenter=self.presenter,
            draft_attachments=self.draft_attachments,
            store=self.store,
            answers=self.queue,
            notification_center=self.notification_center,
        )
        self.saved_chats = SavedChats(
            presenter=self.presenter,
            store=self.store,
            answers=self.queue,
            notification_center=self.notification_center,
        )
        self.attachments = Attachments(
            draft_attachments=self.draft_attachments,
            tasks=self.task_pool.media,
            files=AttachmentFiles(folder),
            notification_center=self.notification_center,
        )
        self.attachments.refused.connect(self.controller.hold_back)
        self.is_open = False

    def begin(self, target: LoadTarget | None = TARGET) -> None:
        """Open the store and load the model."""

        def on_opened(opened: OpenedStore) -> None:
            self.saved_chats.begin(opened, None)
            self.is_open = True

        self.store.open(on_opened, self.notification_center.show_failure)
        self.link.start()
        self.loading.load(target)
        self.qtbot.waitUntil(lambda: self.is_open)

    def close(self) -> None:
        """What the program does when its window closes."""
        self.queue.stop_all()
        self.store.close()
        self.link.close()
        self.task_pool.close()
        # Here and now: Python may tidy up in another thread, where their timers must not end.
        for each in (
            self.task_pool,
            self.attachments,
            self.saved_chats,
            self.controller,
            self.queue,
        ):
            shiboken6.delete(each)

    def settle(self) -> None:
        """Wait until the task queues have done what they were given."""
        done: list[None] = []
        self.task_pool.store.run(lambda: None, then=done.append)
        self.qtbot.waitUntil(lambda: len(done) == 1)

    def ask(self, text: str) -> None:
        """Send a question and wait until the engine has it."""
        before = len(self.engine.answers())
        self.controller.send(text)
        self.qtbot.waitUntil(lambda: len(self.engine.answers()) > before)

    def ask_and_answer(self, text: str, answer: str) -> None:
        """Send a question and have it answered."""
        self.ask(text)
        self.engine.write(answer)
        self.engine.finish()
        self.wait_for_state(TurnState.COMPLETE)

    def wait_for_state(self, state: TurnState) -> None:
        """Wait until the last turn on screen has a state."""
        self.qtbot.waitUntil(lambda: bool(self.turns()) and self.turns()[-1].state is state)

    def wait_for_text(self, text: str) -> None:
        """Wait until the last turn on screen has a text."""
        self.qtbot.waitUntil(lambda: bool(self.turns()) and self.turns()[-1].text == text)

    def turns(self) -> tuple[Turn, ...]:
        return self.transcript.turns()

    def texts(self) -> list[str]:
        """What is on screen."""
        return [turn.text for turn in self.turns()]

    def titles(self) -> list[str]:
        """What is in the list of chats."""
        return [chat.title for chat in self.chats.chats()]

    def stored(self) -> list[tuple[str, TurnState]]:
        """What a second reader finds on disk, for each chat's current branch."""
        self.settle()
        reader = Reader(self.folder)
        try:
            return [
                (turn.text, turn.state)
                for chat in reader.chats()
                for turn in reader.open_chat(chat.chat_id).turns
            ]
        finally:
            reader.close()


class Reader(Store):
    """A store that leaves open turns as they are."""

    def _stop_open_turns(self) -> None:
        """Somebody else is still writing them."""
