"""The one place that writes to the terminal, and what Ctrl+C does there."""

import json
import os
import signal
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from app.notifications.notification import Notification

_ERASE_LINE = "\r\x1b[K"


class Console:
    """Answers on one stream, notices and progress on another.

    A model's words can hold anything a picture says, and so can a file's name: control
    characters are taken out, lest they drive the terminal.
    """

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._progress_shown = False

    def piece(self, text: str) -> None:
        """The next run of an answer, at once."""
        self.clear_progress()
        self._write(self._out, without_controls(text))

    def end_line(self) -> None:
        """End an answer."""
        self._write(self._out, "\n")

    def record(self, values: Mapping[str, object]) -> None:
        """One JSON object on a line of its own; only ASCII, so any terminal can pass it on."""
        self.clear_progress()
        self._write(self._out, json.dumps(values) + "\n")

    def notification(self, notification: Notification) -> None:
        """A problem, in one paragraph."""
        self.clear_progress()
        words = " ".join(part for part in (notification.title, notification.explanation) if part)
        self._write(self._err, f"sideglance: {without_controls(words)}\n")

    def progress(self, text: str) -> None:
        """What is being done now, replaced by the next; only where a person watches."""
        if self._err.isatty():
            self._write(self._err, _ERASE_LINE + text)
            self._progress_shown = True

    def give_up(self) -> None:
        """Nobody reads on: let nothing be written when the interpreter ends."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())

    def clear_progress(self) -> None:
        """Take the progress line away."""
        if self._progress_shown:
            self._write(self._err, _ERASE_LINE)
            self._progress_shown = False

    @staticmethod
    def _write(stream: TextIO, text: str) -> None:
        # An old Windows console cannot show every character: better a question mark than an end.
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, errors="replace").decode(encoding))
        stream.flush()


def without_controls(text: str) -> str:
    """The text without characters that would drive a terminal."""
    return "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) != "Cc"
    )


@contextmanager
def first_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl+C stop what is done in an orderly way; the second ends everything."""

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
