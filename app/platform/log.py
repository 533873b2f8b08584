"""Named loggers and the log file.

Nothing a user wrote and nothing a model said is ever logged: lengths and ids are.
"""

import logging
import logging.handlers
import sys
from pathlib import Path
from types import TracebackType

_root = logging.getLogger("sideglance")

start = _root.getChild("start")
close = _root.getChild("close")
chat = _root.getChild("chat")
store = _root.getChild("store")
engine = _root.getChild("engine")
jobs = _root.getChild("jobs")
models = _root.getChild("models")
settings = _root.getChild("settings")
qt = _root.getChild("qt")


def open_log_file(folder: Path) -> logging.Handler | None:
    """Let everything we log go to a file; without one (a full disk) the program still runs."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            folder / "window.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)-7s %(name)s %(threadName)s: %(message)s")
    )
    _root.addHandler(handler)
    _root.setLevel(logging.INFO)
    return handler


def close_log_file(handler: logging.Handler | None) -> None:
    """Let go of the log file."""
    if handler is not None:
        _root.removeHandler(handler)
        handler.close()


def take_uncaught() -> None:
    """Note errors that nobody caught before Python prints them, which a window may swallow."""
    sys.excepthook = _log_uncaught


def release_uncaught() -> None:
    """Let Python deal with uncaught errors by itself again."""
    sys.excepthook = sys.__excepthook__


def place_of(error: BaseException) -> str:
    """Which kind of error it is and where it was raised; its words may quote the user's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    start.error("uncaught %s", place_of(error))
    sys.__excepthook__(kind, error, trace)
