"""Takes the pictures of the first run and of the models that are in docs/images.

`python -m tools.screenshots` takes them with the figures of `tools/sample_options.py`, light
and dark, at 100 % and 200 %. `--real` takes those of the real program on this computer
instead, with what is installed in SIDEGLANCE_HOME. `--folder` says where they go.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from app.application.application import Application, WindowArguments
from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.transcript import Transcript
from app.engine.model_state import ModelState, Ready
from app.model_manager.model_options import ModelOptions
from app.model_manager.options.options_model import OptionsModel
from app.notifications import problem_messages
from app.platform.paths import find_paths
from app.settings.settings import load_settings
from app.ui.main_window import MainWindow
from runtime.client import EngineClient
from runtime.events import ModelFacts
from tools.sample_options import sample_library, sample_options

_FOLDER = Path("docs/images")
_SIZE = QSize(1120, 820)
_SCALES = (1, 2)
_PATIENCE_MS = 60_000
_SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


def main() -> int:
    """Take all pictures, each scale in a process of its own; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tools.screenshots")
    parser.add_argument("--real", action="store_true", help="of the real program")
    parser.add_argument("--folder", type=Path, default=_FOLDER)
    parser.add_argument("--scale", type=int, choices=_SCALES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.scale is None:
        return max(_run_scaled(scale) for scale in _SCALES)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["sideglance"])
    suffix = f"{arguments.scale}00"
    if arguments.real:
        shoot_program(arguments.folder, suffix)
    else:
        shoot_samples(arguments.folder, suffix)
    application.processEvents()
    return 0


def shoot_samples(folder: Path, suffix: str) -> None:
    """Pictures of a window that is given sample options."""
    _, window = make_window(sample_options(), loaded="")
    shoot(window, "first-run", folder, suffix)
    window.close()
    _, window = make_window(sample_library(), loaded="Qwen3.5 9B")
    window.open_models()
    shoot(window, "models", folder, suffix)
    window.close()


def shoot_program(folder: Path, suffix: str) -> None:
    """Pictures of the real program, once it has looked at this computer."""
    paths = find_paths()
    program = Application(
        arguments=WindowArguments(),
        paths=paths,
        loaded=load_settings(paths.settings),
        client=EngineClient(log_folder=paths.logs),
    )
    window = program.window
    program.begin()
    window.resize(_SIZE)
    wait(lambda: window.options.first_look is not None)
    shoot(window, "first-run" if window.options.is_first_run else "window", folder, suffix)
    window.open_models()
    shoot(window, "models", folder, suffix)
    window.close()
    program.end()


def make_window(options: ModelOptions, *, loaded: str) -> tuple[OptionsModel, MainWindow]:
    """A window that shows these options; `loaded` is the model that is ready, "" the demo."""
    model, state = OptionsModel(), ModelState()
    window = MainWindow(
        transcript=Transcript(),
        draft_attachments=DraftAttachments(),
        chats=ChatList(),
        model_state=state,
        explain=problem_messages.explain,
        options=model,
    )
    # The window's models have no other owner here.
    model.setParent(window)
    state.setParent(window)
    model.set(options)
    state.set(
        Ready(
            facts=ModelFacts(
                name=loaded or "Demonstration",
                device="NVIDIA GeForce RTX 3060",
                context_length=32_768,
                sees=True,
                thinks_by_default=False,
                demonstration=not loaded,
            )
        )
    )
    window.resize(_SIZE)
    window.show()
    return model, window


def shoot(window: MainWindow, name: str, folder: Path, suffix: str) -> None:
    """A picture of the window in both colour schemes."""
    hints = QGuiApplication.styleHints()
    for scheme, value in _SCHEMES.items():
        hints.colorSchemeChanged.emit(value)
        settle()
        picture = window.grab().toImage()
        # Without an alpha channel the file is a good deal smaller.
        picture = picture.convertToFormat(QImage.Format.Format_RGB888)
        # Of a lossless format the quality is the effort: 0 packs tightest.
        picture.save(str(folder / f"{name}-{scheme}-{suffix}.png"), quality=0)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)


def settle() -> None:
    """Let layouts and paintings that are due happen."""
    for _ in range(5):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QApplication.processEvents()


def wait(condition: Callable[[], bool]) -> None:
    """Let the event loop run until something holds, or patience ends."""
    deadline = QDeadlineTimer(_PATIENCE_MS)
    while not condition() and not deadline.hasExpired():
        QApplication.processEvents()


def _run_scaled(scale: int) -> int:
    # Qt reads the factor once, before the first window.
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        "QT_SCALE_FACTOR": str(scale),
    }
    command = [sys.executable, "-m", "tools.screenshots", "--scale", str(scale), *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
