"""A window in a process of its own where somebody never rests, until the process is killed.

Says on standard output what the window showed as done: `SENT word chat` for a question that
stands in the conversation, `ANSWERED turn chat` for an answer that is complete and saved,
`DELETED chat` before and `RESTORED chat` after, and `ACTION` after each action.
"""

import os
import random
import sys
import time
import uuid
from collections.abc import Callable

from helpers.project import PICTURES
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.application.application import Application, WindowArguments
from app.chat.chat_list import ChatRenaming
from app.chat.turns import OPEN_STATES, TurnState
from app.engine.model_state import Broken, Ready
from app.model_manager import runtime_planner
from app.platform.paths import find_paths
from app.platform.private_files import make_new_files_private
from app.settings.settings import load_settings
from app.ui.composer.question_edit import QuestionEdit
from runtime.client import EngineClient
from runtime.content import Role

PICTURE_FILES = sorted(PICTURES.glob("*.png"))
QUESTIONS = ("Count from 1 to 20.", "Hello!", "What shape is it?", "What colour is it?")


def say(*words: object) -> None:
    """A line that has left this process when this returns."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Let the window go on until something holds; whether it does."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        QTest.qWait(10)
    return condition()


class RestlessUser:
    """Does one thing after the other in a window."""

    def __init__(self, program: Application, chance: random.Random) -> None:
        self._program = program
        self._chance = chance
        self._actions: list[Callable[[], None]] = [
            self._ask, self._ask, self._ask, self._ask_about_a_picture,
            self._stop, self._edit, self._regenerate, self._new_chat, self._switch,
            self._delete, self._delete_and_undo, self._rename,
        ]  # fmt: skip

    def go_on_for_ever(self) -> None:
        """Until somebody kills this process."""
        while True:
            self._chance.choice(self._actions)()
            say("ACTION")
            QTest.qWait(self._chance.randrange(150))

    def _ask(self) -> None:
        word = f"w{uuid.uuid4().hex}"
        program, window = self._program, self._program.window
        window.show_draft(f"{self._chance.choice(QUESTIONS)} {word}")
        editor = window.findChild(QuestionEdit)
        assert editor is not None
        QTest.keyClick(editor, Qt.Key.Key_Return)
        if not self._wait(lambda: any(word in turn.text for turn in program.transcript.turns())):
            window.show_draft("")
            return
        chat_id = program._chat.controller._presenter.place.chat_id
        say("SENT", word, chat_id)
        if self._chance.random() < 0.5 and self._wait(self._is_complete):
            say("ANSWERED", program.transcript.turns()[-1].turn_id, chat_id)

    def _is_complete(self) -> bool:
        turns = self._program.transcript.turns()
        saved = not self._program._chat.answers._saver.unsaved()
        return bool(turns) and turns[-1].state is TurnState.COMPLETE and saved

    def _ask_about_a_picture(self) -> None:
        self._program.window.chat_actions.files_given.emit((self._chance.choice(PICTURE_FILES),))
        self._wait(lambda: self._program.draft_attachments.is_settled)
        self._ask()

    def _stop(self) -> None:
        self._program.window.chat_actions.stop_requested.emit()

    def _edit(self) -> None:
        questions = [t for t in self._program.transcript.turns() if t.role is Role.USER]
        if questions:
            self._program.window.chat_actions.turn_edit_requested.emit(
                self._chance.choice(questions).turn_id
            )
            self._ask()

    def _regenerate(self) -> None:
        turns = self._program.transcript.turns()
        if turns and turns[-1].state not in OPEN_STATES:
            self._program.window.chat_actions.regenerate_requested.emit(turns[-1].turn_id)

    def _new_chat(self) -> None:
        self._program.window.chat_actions.new_chat_requested.emit()
        self._wait(lambda: not self._program.transcript.turns())

    def _switch(self) -> None:
        chats = self._program.chats.chats()
        if chats:
            self._program.window.chat_actions.chat_chosen.emit(self._chance.choice(chats).chat_id)

    def _delete(self) -> None:
        if self._chance.random() < 0.3 and self._program.chats.chats():
            chat = self._chance.choice(self._program.chats.chats())
            say("DELETED", chat.chat_id)
            self._program.window.chat_actions.chat_deleted.emit(chat.chat_id)

    def _delete_and_undo(self) -> None:
        if chats := self._program.chats.chats():
            chat = self._chance.choice(chats)
            notifications = self._program._notification_center
            say("DELETED", chat.chat_id)
            self._program.window.chat_actions.chat_deleted.emit(chat.chat_id)
            listed = self._program.chats.chats
            self._wait(lambda: chat.chat_id not in {each.chat_id for each in listed()})
            notifications.act_on(notifications._acts[-1][0])
            if self._wait(lambda: chat.chat_id in {each.chat_id for each in listed()}):
                say("RESTORED", chat.chat_id)

    def _rename(self) -> None:
        if chats := self._program.chats.chats():
            chat = self._chance.choice(chats)
            renaming = ChatRenaming(chat_id=chat.chat_id, title=f"Title {chat.chat_id}")
            self._program.window.chat_actions.chat_renamed.emit(renaming)

    def _wait(self, condition: Callable[[], bool]) -> bool:
        return wait_for(condition, 4.0)


def main() -> None:
    """Open the window and act; the seed is the only argument."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # One start in a hundred is a first start: measuring would only take the cores from it.
    setattr(runtime_planner, "measure_speeds", lambda report: {})  # noqa: B010
    make_new_files_private()
    application = QApplication(["sideglance"])
    paths = find_paths()
    program = Application(
        arguments=WindowArguments(),
        paths=paths,
        loaded=load_settings(paths.settings),
        client=EngineClient(log_folder=paths.logs),
        parent=application,
    )
    program.begin()
    wait_for(lambda: isinstance(program.model_state.value, Ready | Broken), 20.0)
    RestlessUser(program, random.Random(sys.argv[1])).go_on_for_ever()


if __name__ == "__main__":
    main()
