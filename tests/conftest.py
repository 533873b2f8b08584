"""What holds for every test: no screen, a home of its own, and nothing left behind."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

# Before anything imports Qt.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# A busy machine is slow, not wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# How long a thread or process may take to be gone after it was told to go.
_PATIENCE_S = 5.0

# The window's subjects; the engine's own log warns of every process that a test kills.
_SUBJECTS = ("start", "close", "chat", "store", "jobs", "models", "settings", "qt")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEGLANCE_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    threads = set(threading.enumerate())
    processes = _children()
    yield
    _wait_until(lambda: set(threading.enumerate()) <= threads)
    left = [thread.name for thread in set(threading.enumerate()) - threads]
    assert not left, f"threads left behind: {left}"
    _wait_until(lambda: _children() <= processes)
    assert not _children() - processes, "processes left behind"


@pytest.fixture(autouse=True)
def _no_warnings_in_our_log(request: pytest.FixtureRequest) -> Iterator[None]:
    kept = _KeptRecords(logging.WARNING)
    loggers = [logging.getLogger(f"sideglance.{subject}") for subject in _SUBJECTS]
    for logger in loggers:
        logger.addHandler(kept)
    yield
    for logger in loggers:
        logger.removeHandler(kept)
    if request.node.get_closest_marker("logs_warnings") is None:
        assert not kept.messages


class _KeptRecords(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _children() -> set[int]:
    return {
        child.pid
        for child in psutil.Process().children(recursive=True)
        if not _is_resource_tracker(child)
    }


def _is_resource_tracker(process: psutil.Process) -> bool:
    # multiprocessing keeps one for the life of the program.
    try:
        return any("resource_tracker" in word for word in process.cmdline())
    except psutil.Error:
        return True


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
