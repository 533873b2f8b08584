import pytest

from app.notifications import formatting, problem_messages
from runtime.problems import Problem

ALL = pytest.mark.parametrize("problem", list(Problem))


@ALL
@pytest.mark.parametrize("detail", ["", "photo.png", "odd {it} {0} %s.png", "a" * 300])
def test_that_every_problem_has_words(problem: Problem, detail: str) -> None:
    notification = problem_messages.explain(problem, detail)
    assert notification.title.endswith(".")
    assert not notification.title.endswith("..")
    assert notification.explanation.endswith(".")
    assert len(notification.title) < 160
    assert "_" not in notification.title


@ALL
def test_that_no_problem_is_told_in_jargon(problem: Problem) -> None:
    notification = problem_messages.explain(problem)
    told = f"{notification.title} {notification.explanation}".lower()
    for jargon in ("error", "invalid", "exception", "sqlite", "process", "engine", "please"):
        assert jargon not in told


def test_that_a_damaged_picture_is_named_with_what_is_wrong() -> None:
    detail = problem_messages.file_detail("photo.png", "it ends too early")
    notification = problem_messages.explain(Problem.PICTURE_DAMAGED, detail)
    assert notification.title == "“photo.png” is damaged: it ends too early."
    assert notification.explanation == "Export or copy it again and drop in the new file."


def test_that_a_name_with_a_line_break_stays_a_name() -> None:
    notification = problem_messages.explain(
        Problem.FILE_EMPTY, problem_messages.file_detail("a\nb.png")
    )
    assert notification.title == "“a b.png” is empty."


def test_that_a_long_name_keeps_its_beginning_and_its_end() -> None:
    assert formatting.quoted("a" * 100 + ".png") == f"“{'a' * 40}…{'a' * 14}.png”"


def test_that_a_conversation_too_long_says_by_how_much() -> None:
    notification = problem_messages.explain(Problem.PROMPT_TOO_LONG, "12345/4096")
    assert notification.explanation.startswith(
        "It takes 12,345 tokens and there is room for 4,096."
    )


@pytest.mark.parametrize("detail", ["", "12 > 4", "a/b", "/", "²/³"])
def test_that_a_conversation_too_long_is_told_without_figures_too(detail: str) -> None:
    assert "tokens" not in problem_messages.explain(Problem.PROMPT_TOO_LONG, detail).explanation


def test_that_a_newer_store_is_told_apart_from_one_that_cannot_be_read() -> None:
    newer = problem_messages.explain(Problem.STORE_UNREADABLE, "newer")
    assert newer.title == "Your chats were saved by a newer Sideglance."
    assert problem_messages.explain(Problem.STORE_UNREADABLE, "SQLITE_IOERR").title != newer.title


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (61, "1:01"), (3723, "1:02:03")]
)
def test_that_a_length_is_shown_as_on_a_clock(seconds: float, shown: str) -> None:
    assert formatting.clock_time(seconds) == shown
