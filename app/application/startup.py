"""The start-up steps, in order, each of them logged; the window is shown already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from app.chat.services import ChatServices
from app.chat.storage.records import OpenedStore
from app.engine.engine_link import EngineLink
from app.model_manager.services import ModelServices
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from runtime.problems import RuntimeFailure

Done = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before the next.

    Attributes:
        name: for the log
        run: does it; calls what it is given when it is done, now or later
    """

    name: str
    run: Callable[[Done], None]


class StartUp(QObject):
    """Runs the steps one after the other, without ever keeping the window waiting.

    Signals:
        finished: the last step is done; the model may still be loading
    """

    finished = Signal()

    def __init__(self, steps: Sequence[Step], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = list(steps)
        self._clock = QElapsedTimer()
        self._is_ended = False

    def begin(self) -> None:
        """Run the first step once the window has been painted."""
        self._clock.start()
        QTimer.singleShot(0, self, self._next)

    def end(self) -> None:
        """Run no further step: the window closes."""
        self._is_ended = True

    def _next(self) -> None:
        if self._is_ended:
            return
        if not self._steps:
            self.finished.emit()
            return
        step = self._steps.pop(0)
        log.start.info("%s, after %d ms", step.name, self._clock.elapsed())
        step.run(self._next)


def make_steps(
    *,
    chat: ChatServices,
    models: ModelServices,
    link: EngineLink,
    notification_center: NotificationCenter,
    last_chat: int | None,
) -> tuple[Step, ...]:
    """What happens after the window is shown."""

    def open_store(done: Done) -> None:
        def on_opened(opened: OpenedStore) -> None:
            chat.saved_chats.begin(opened, last_chat)
            done()

        def tell(failure: RuntimeFailure) -> None:
            notification_center.show_problem(
                failure.problem, failure.detail, lambda: chat.store.try_again(tell)
            )

        def on_failed(failure: RuntimeFailure) -> None:
            # Chats cannot be kept, but the model can be tried out and the reason read.
            tell(failure)
            done()

        chat.store.open(on_opened, on_failed)

    def start_engine(done: Done) -> None:
        link.start()
        done()

    def look(done: Done) -> None:
        # The demonstration runs anywhere: it need not wait until we know where it is.
        loads_at_once = models.choosing.needs_no_plan
        if loads_at_once:
            models.choosing.begin()

        def on_looked() -> None:
            if not loads_at_once:
                models.choosing.begin()
            done()

        models.inventory.look(on_looked)

    return (
        Step("opening the chats", open_store),
        Step("starting the engine", start_engine),
        Step("reading which models are here", models.inventory.read),
        Step("looking at this computer", look),
    )
