"""The whole program in a test: the real window, the real store, the real engine process."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from helpers.destroying import destroy
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.application.application import Application, WindowArguments
from app.chat.turns import OPEN_STATES, Turn
from app.engine.model_state import Broken, Busy, Ready
from app.notifications.notification import Notification
from app.platform.paths import find_paths
from app.settings.settings import load_settings
from app.ui.composer.question_edit import QuestionEdit
from app.ui.controls.notification_bar import NotificationBar
from runtime.client import EngineClient
from runtime.events import Event, PrefillDone, TextPiece
from runtime.requests import ModelFiles

_PATIENCE_MS = 60_000


class RealWindow:
    """A person at the window: drops, types, waits, reads."""

    def __init__(self, qtbot: QtBot, files: ModelFiles | None = None) -> None:
        paths = find_paths()
        self._qtbot = qtbot
        self.client = EngineClient(log_folder=paths.logs)
        self.program = Application(
            arguments=WindowArguments(files=files),
            paths=paths,
            loaded=load_settings(paths.settings),
            client=self.client,
        )
        self.window = self.program.window
        self.events: list[Event] = []
        self.program._link.event_received.connect(self.events.append)
        self.program.begin()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What the transcript shows."""
        return self.program.transcript.turns()

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """What the notice bar shows."""
        bar = self.window.findChild(NotificationBar)
        assert isinstance(bar, NotificationBar)
        return bar.notifications()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the event loop run until something holds."""
        self._qtbot.waitUntil(condition, timeout=_PATIENCE_MS)

    def wait_until_ready(self) -> None:
        """The model is loaded, or cannot be."""
        self.wait(lambda: isinstance(self.program.model_state.value, Ready | Broken))

    def drop(self, *paths: Path) -> None:
        """Drop files on the window and wait until each is settled or refused."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.drop_mime(mime)
        self.wait(lambda: self.program.draft_attachments.is_settled)

    def drop_mime(self, mime: QMimeData) -> None:
        """Drag something in and let go."""
        place, copy = QPointF(400, 300), Qt.DropAction.CopyAction
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(place.toPoint(), copy, mime, button, keys)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(place, copy, mime, button, keys))

    def paste(self, image: QImage) -> None:
        """Paste a picture into the composer."""
        QApplication.clipboard().setImage(image)
        QTest.keyClick(self._editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        self.wait(
            lambda: (
                bool(self.program.draft_attachments.entries())
                and self.program.draft_attachments.is_settled
            )
        )

    def type(self, text: str) -> None:
        """Type a question and press Enter; both turns are shown when this returns."""
        before = len(self.turns)
        self.window.show_draft(text)
        QTest.keyClick(self._editor, Qt.Key.Key_Return)
        self.wait(lambda: len(self.turns) == before + 2)

    def ask(self, text: str) -> Turn:
        """Type a question and wait for the end of its answer."""
        self.type(text)
        return self.wait_for_answer()

    def wait_for_answer(self) -> Turn:
        """The last turn, when it is no longer open."""
        self.wait(lambda: self.turns[-1].state not in OPEN_STATES)
        return self.turns[-1]

    def wait_for_text(self) -> None:
        """Something of the answer is there."""
        self.wait(lambda: bool(self.turns[-1].text) or self.turns[-1].state not in OPEN_STATES)

    def is_busy(self) -> bool:
        """Whether the status line says that the engine does something."""
        return isinstance(self.program.model_state.value, Busy)

    def new_chat(self) -> None:
        """Begin a new chat."""
        self.window.chat_actions.new_chat_requested.emit()
        self.wait(lambda: not self.turns)

    def wait_for_prefill_ahead(self, times: int = 1) -> None:
        """So many times, the engine has read ahead."""
        self.wait(lambda: sum(isinstance(event, PrefillDone) for event in self.events) >= times)

    def kill_engine_while_it_answers(self, text: str) -> Turn:
        """Ask, and kill the engine once it has begun to answer; the turn that is left."""

        def on_event(event: Event) -> None:
            if isinstance(event, TextPiece):
                self._signal_engine(signal.SIGSTOP)

        # In the reader's thread: until the GUI thread knows, a short answer is complete.
        heard = self.program._link._read_one
        connection = heard.connect(on_event, Qt.ConnectionType.DirectConnection)
        self.type(text)
        self.wait_for_text()
        heard.disconnect(connection)
        self._signal_engine(signal.SIGKILL)
        return self.wait_for_answer()

    def _signal_engine(self, number: int) -> None:
        process_id = self.client.process_id
        assert process_id is not None
        os.kill(process_id, number)

    def close(self) -> None:
        """Close the window and wait until everything has ended."""
        with self._qtbot.waitSignal(self.program.closed, timeout=_PATIENCE_MS):
            self.window.close()
        destroy(self.program)

    @property
    def _editor(self) -> QuestionEdit:
        editor = self.window.findChild(QuestionEdit)
        assert isinstance(editor, QuestionEdit)
        return editor


def titles(notifications: Sequence[Notification]) -> list[str]:
    """The first lines of notices."""
    return [notification.title for notification in notifications]
