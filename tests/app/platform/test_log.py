import sys
from pathlib import Path

import pytest

from app.platform import log


def test_that_our_log_goes_to_its_file(tmp_path: Path) -> None:
    handler = log.open_log_file(tmp_path / "logs")
    log.chat.info("turn %d", 7)
    log.close_log_file(handler)
    content = (tmp_path / "logs" / "window.log").read_text()
    assert "sideglance.chat MainThread: turn 7" in content


def test_that_the_program_runs_without_a_log_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    handler = log.open_log_file(tmp_path / "file" / "logs")
    assert handler is None
    log.close_log_file(handler)


@pytest.mark.logs_warnings
def test_that_an_error_nobody_caught_is_noted_without_its_words(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    log.take_uncaught()
    try:
        raise LookupError("what the user wrote")
    except LookupError as error:
        sys.excepthook(LookupError, error, error.__traceback__)
    finally:
        log.release_uncaught()
    assert "uncaught LookupError at" in caplog.text
    assert "what the user wrote" not in caplog.text
    assert "what the user wrote" in capsys.readouterr().err
