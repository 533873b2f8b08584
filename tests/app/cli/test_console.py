"""What reaches the terminal."""

import io
import json

from app.cli.console import Console
from app.notifications.notification import Notification


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


class OldTerminal(io.StringIO):
    """A stream that knows few characters."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "cp1252"


def test_that_answers_go_out_and_notices_go_beside() -> None:
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    console.piece("Two ")
    console.piece("cats.")
    console.end_line()
    console.notification(Notification(title="It is empty.", explanation="Copy it again."))
    assert out.getvalue() == "Two cats.\n"
    assert err.getvalue() == "sideglance: It is empty. Copy it again.\n"


def test_that_progress_is_shown_only_where_a_person_watches() -> None:
    pipe, terminal = io.StringIO(), Terminal()
    Console(io.StringIO(), pipe).progress("Reading")
    Console(io.StringIO(), terminal).progress("Reading")
    assert pipe.getvalue() == ""
    assert "Reading" in terminal.getvalue()


def test_that_progress_is_gone_before_the_answer_begins() -> None:
    terminal = Terminal()
    console = Console(terminal, terminal)
    console.progress("Reading")
    console.piece("Two cats.")
    assert terminal.getvalue().endswith("Reading\r\x1b[KTwo cats.")


def test_that_a_model_cannot_drive_the_terminal() -> None:
    out = io.StringIO()
    Console(out, io.StringIO()).piece("a\x1b[2Jb\x9bc\x07d\re\n\tf")
    assert out.getvalue() == "a[2Jbcde\n\tf"


def test_that_a_character_the_terminal_lacks_becomes_a_question_mark() -> None:
    out = OldTerminal()
    Console(out, io.StringIO()).piece("caf\u00e9 \u732b")
    assert out.getvalue() == "caf\u00e9 ?"


def test_that_a_record_is_one_line_of_ascii() -> None:
    out = io.StringIO()
    Console(out, io.StringIO()).record({"answer": "zwei\n\u732b"})
    assert out.getvalue().isascii()
    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue()) == {"answer": "zwei\n\u732b"}
