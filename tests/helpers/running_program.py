"""The real window, tied to the real controller, with a scripted engine."""

from helpers.destroying import destroy
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot

from app.application.application import Application, WindowArguments
from app.chat.turns import TurnState
from app.engine.model_state import Ready
from app.notifications.notification import Notification
from app.platform.paths import find_paths
from app.settings.settings import load_settings
from app.ui.controls.notification_bar import NotificationBar


class RunningProgram:
    """A program between its first and its last moment."""

    def __init__(self, qtbot: QtBot, arguments: WindowArguments | None = None) -> None:
        self.paths = find_paths()
        self.engine = FakeEngineClient()
        self.qtbot = qtbot
        self.program = Application(
            arguments=arguments or WindowArguments(),
            paths=self.paths,
            loaded=load_settings(self.paths.settings),
            client=self.engine,
        )
        self.window = self.program.window
        self.is_closed = False
        self.program.begin()
        qtbot.waitUntil(lambda: isinstance(self.program.model_state.value, Ready))

    def ask(self, text: str, answer: str) -> None:
        before = len(self.engine.answers())
        self.window.chat_actions.question_submitted.emit(text)
        self.qtbot.waitUntil(lambda: len(self.engine.answers()) > before)
        self.engine.write(answer)
        self.engine.finish()
        self.wait_for_text(answer)
        self.qtbot.waitUntil(
            lambda: self.program.transcript.turns()[-1].state is TurnState.COMPLETE
        )

    def wait_for_text(self, text: str) -> None:
        def is_there() -> bool:
            turns = self.program.transcript.turns()
            return bool(turns) and turns[-1].text == text

        self.qtbot.waitUntil(is_there)

    def wait_for_request(self, count: int) -> None:
        """Wait until the engine was asked for so many answers."""
        self.qtbot.waitUntil(lambda: len(self.engine.answers()) == count)

    def titles(self) -> list[str]:
        return [chat.title for chat in self.program.chats.chats()]

    def close(self) -> None:
        if not self.is_closed:
            with self.qtbot.waitSignal(self.program.closed, timeout=20_000):
                self.window.close()
            self.is_closed = True
            destroy(self.program)

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """What the notice bar shows."""
        bar = self.window.findChild(NotificationBar)
        assert isinstance(bar, NotificationBar)
        return bar.notifications()

    @property
    def hint(self) -> str:
        """What the composer says beside its buttons."""
        return self.window._composer._hint.text()

    def is_ready(self) -> bool:
        """Whether the model waits for a question."""
        return isinstance(self.program.model_state.value, Ready)
