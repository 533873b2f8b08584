from collections.abc import Callable

from helpers.shown_window import ShownWindow, find
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel

from app.chat.turns import Turn
from app.ui.transcript.transcript_view import TranscriptView
from app.ui.transcript.turn_actions import long_numbers, short_numbers, tokens_per_second
from runtime.events import AnswerSeconds, TokenCounts

TOKENS = TokenCounts(prompt=1500, reused=1400, read=100, pictures=1200, generated=21)
SECONDS = AnswerSeconds(pictures=0.2, prefill=0.3, first_token=0.5, total=1.5)

MakeTurn = Callable[..., Turn]


def test_that_the_caption_says_how_soon_and_how_fast(make_turn: MakeTurn) -> None:
    turn = make_turn(2, "a", model_name="Tiny", tokens=TOKENS, seconds=SECONDS)
    assert short_numbers(turn) == "Tiny · first word after 0.5 s · 20 tokens/s"


def test_that_the_long_numbers_say_what_was_remembered_and_what_was_read(
    make_turn: MakeTurn,
) -> None:
    turn = make_turn(2, "a", tokens=TOKENS, seconds=SECONDS)
    assert long_numbers(turn).splitlines() == [
        "Prompt: 1,500 tokens, 1,200 of them pictures",
        "Remembered: 1,400, newly read: 100",
        "Written: 21 tokens",
        "Speed: 20.0 tokens/s",
        "Looking at pictures: 0.2 s",
        "Reading: 0.3 s",
        "First word after: 0.5 s",
        "Altogether: 1.5 s",
    ]


def test_that_an_answer_without_a_word_has_no_first_one(make_turn: MakeTurn) -> None:
    turn = make_turn(2, tokens=TokenCounts(prompt=9, read=4), seconds=AnswerSeconds(total=0.3))
    assert tokens_per_second(turn) is None
    assert short_numbers(turn) == ""
    assert "First word" not in long_numbers(turn)


def test_that_an_answer_without_numbers_says_none(make_turn: MakeTurn) -> None:
    assert short_numbers(make_turn(2, "a")) == long_numbers(make_turn(2, "a")) == ""


def test_that_the_numbers_can_be_pointed_at_and_heard(
    shown: ShownWindow, make_turn: MakeTurn
) -> None:
    turn = make_turn(2, "a", model_name="Tiny", tokens=TOKENS, seconds=SECONDS)
    shown.transcript.append(turn)
    caption = next(
        label
        for label in find(shown.window, TranscriptView).findChildren(QLabel)
        if label.text() == short_numbers(turn)
    )
    spoken = QAccessible.queryAccessibleInterface(caption)
    assert caption.toolTip() == long_numbers(turn)
    assert spoken.text(QAccessible.Text.Name) == short_numbers(turn)
    assert spoken.text(QAccessible.Text.Description) == long_numbers(turn)
