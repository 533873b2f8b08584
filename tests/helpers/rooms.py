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
from app.chat.draft_attachments import Tray
from app.chat.presenter import Screen
from app.chat.saved_chats import ChatShelf
from app.chat.storage.async_store import StoreRoom
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.storage.records import OpenedStore
from app.chat.storage.store import Store
from app.chat.transcript import Transcript
from app.chat.turns import Turn, TurnState
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState
from app.model_manager.loading import ModelLoading, Recovery
from app.model_manager.planner import LoadTarget, target_of
from app.notifications.notification import Notice
from app.notifications.notification_center import NoticeDesk
from app.platform.task_pool import Background
from runtime.requests import ModelFiles

FILES = ModelFiles(model=Path("fake-1b.gguf"))
TARGET = target_of(FILES)


class FakeFront:
    """A window that only remembers."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.draft = ""
        self.waiting = ""

    def show_notice(self, notice: Notice) -> None:
        self.notices.append(notice)

    def show_draft(self, text: str) -> None:
        self.draft = text

    def composer_text(self) -> str:
        return self.draft

    def show_waiting(self, text: str) -> None:
        self.waiting = text


class Rooms:
    """Everything between window and engine, with a fake at either end."""

    def __init__(
        self,
        folder: Path,
        qtbot: QtBot,
        engine: FakeEngineClient,
        make_recovery: Callable[[NoticeDesk], Recovery] | None = None,
    ) -> None:
        self.folder = folder
        self.qtbot = qtbot
        self.engine = engine
        self.front = FakeFront()
        self.thinking: bool | None = None
        self.background = Background()
        self.link = EngineLink(engine)
        self.transcript = Transcript()
        self.tray = Tray()
        self.chats = ChatList()
        self.model_state = ModelState()
        self.desk = NoticeDesk(self.front)
        self.screen = Screen(
            transcript=self.transcript, tray=self.tray, chats=self.chats, front=self.front
        )
        self.room = StoreRoom(self.background.store, folder)
        self.loading = ModelLoading(
            link=self.link,
            state=self.model_state,
            desk=self.desk,
            recovery=make_recovery(self.desk) if make_recovery else None,
        )
        self.queue = AnswerQueue(
            link=self.link,
            loading=self.loading,
            room=self.room,
            screen=self.screen,
            desk=self.desk,
            thinking=lambda: self.thinking,
        )
        self.controller = ChatController(
            screen=self.screen, tray=self.tray, room=self.room, answers=self.queue, desk=self.desk
        )
        self.shelf = ChatShelf(
            screen=self.screen, room=self.room, answers=self.queue, desk=self.desk
        )
        self.attachments = Attachments(
            tray=self.tray,
            lane=self.background.media,
            files=AttachmentFiles(folder),
            desk=self.desk,
        )
        self.attachments.refused.connect(self.controller.hold_back)
        self.is_open = False

    def begin(self, target: LoadTarget | None = TARGET) -> None:
        """Open the store and load the model."""

        def on_opened(opened: OpenedStore) -> None:
            self.shelf.begin(opened, None)
            self.is_open = True

        self.room.open(on_opened, self.desk.show_failure)
        self.link.start()
        self.loading.load(target)
        self.qtbot.waitUntil(lambda: self.is_open)

    def close(self) -> None:
        """What the program does when its window closes."""
        self.queue.stop_all()
        self.room.close()
        self.link.close()
        self.background.close()
        # Here and now: Python may tidy up in another thread, where their timers must not end.
        for each in (self.background, self.attachments, self.shelf, self.controller, self.queue):
            shiboken6.delete(each)

    def settle(self) -> None:
        """Wait until the lanes have done what they were given."""
        done: list[None] = []
        self.background.store.run(lambda: None, then=done.append)
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
