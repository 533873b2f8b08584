"""Prints the longest stalls of the GUI thread while the program is used."""

import json
import sys
import tempfile
import time
from pathlib import Path

from bench.watched import run_watched
from helpers.pictures import make_cases
from PIL import Image
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.application.application import Application
from app.chat.turns import TurnState
from app.engine.model_state import Answering, Busy, Loading, ModelStateValue, Ready

TICK_MS = 5
SCREENSHOT_SIZE = (1920, 1080)
# Pictures that need decoding and encoding, and answers that stream for a while.
QUESTIONS = ("Describe the picture.", "Count from 1 to 20.", "Count to 19.") * 4


class StallWatch(QObject):
    """A timer in the event loop that notices when it comes late."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.longest_s: dict[str, float] = {}
        self._phase = "starting"
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def enter(self, phase: str) -> None:
        """What goes on from now on; the time until now belongs to what went on before."""
        self._on_timeout()
        self._phase = phase

    @Slot()
    def _on_timeout(self) -> None:
        now = time.perf_counter()
        late = max(0.0, now - self._last - TICK_MS / 1000)
        self._last = now
        self.longest_s[self._phase] = max(self.longest_s.get(self._phase, 0.0), late)


class User(QObject):
    """Drops a screenshot for every third question, and asks the next when one is answered."""

    def __init__(self, program: Application, folder: Path) -> None:
        super().__init__(program)
        self._program = program
        self._folder = folder
        self._questions = list(QUESTIONS)
        self._watch = StallWatch(self)
        self._answers = 0
        program.model_state.changed.connect(self._on_state)
        program.closed.connect(self._on_closed)

    @Slot(object)
    def _on_state(self, state: ModelStateValue) -> None:
        match state:
            case Loading():
                self._watch.enter("loading")
            case Busy(activity=Answering()):
                self._watch.enter("streaming")
            case Busy():
                self._watch.enter("encoding, reading")
            case Ready():
                # Only after everybody else was told as well.
                QTimer.singleShot(0, self, self._ask)
            case _:
                pass

    @Slot()
    def _ask(self) -> None:
        window = self._program.window
        if not isinstance(self._program.model_state.value, Ready):
            return
        if not self._questions:
            self._watch.enter("closing")
            turns = self._program.transcript.turns()
            self._answers = sum(turn.state is TurnState.COMPLETE for turn in turns) // 2
            window.close()
            return
        if len(self._questions) % 3 == 0:
            window.chat_actions.files_given.emit((self._take_screenshot(),))
        window.chat_actions.question_submitted.emit(self._questions.pop(0))

    def _take_screenshot(self) -> Path:
        # As much as this takes is not the program's time, and no phase that is shown.
        self._watch.enter("making a screenshot")
        (case,) = make_cases(len(self._questions), 1)
        file = self._folder / f"{len(self._questions)}.png"
        case.picture.resize(SCREENSHOT_SIZE, Image.Resampling.NEAREST).save(file, compress_level=1)
        self._watch.enter("reading files")
        return file

    @Slot()
    def _on_closed(self) -> None:
        if self._answers != len(QUESTIONS):
            sys.exit(f"only {self._answers} of {len(QUESTIONS)} questions were answered")
        wanted = ("loading", "reading files", "encoding, reading", "streaming")
        longest = self._watch.longest_s
        sys.stdout.write(json.dumps({phase: longest.get(phase, 0.0) for phase in wanted}) + "\n")


def measure() -> int:
    with tempfile.TemporaryDirectory(prefix="sideglance-bench-") as folder:
        return run_watched(lambda program: keep(User(program, Path(folder))))


def keep(_user: User) -> None:
    """Its parent, the program, keeps it."""


if __name__ == "__main__":
    sys.exit(measure())
