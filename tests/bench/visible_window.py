"""Prints at which time the window was first painted, and ends."""

import sys
import time

from bench.watched import run_watched
from PySide6.QtCore import QTimer

from app.application.application import Application


def on_painted(program: Application) -> None:
    painted = time.monotonic()
    sys.stdout.write(f"{painted}\n")
    QTimer.singleShot(0, program.window, program.window.close)


if __name__ == "__main__":
    sys.exit(run_watched(on_painted))
