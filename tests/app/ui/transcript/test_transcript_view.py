import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.transcript import TurnVersion
from app.chat.turns import Attachment, Turn, TurnId, TurnState
from app.ui.transcript.answer_body import ThinkingFold
from app.ui.transcript.code_block import CodeBlock
from app.ui.transcript.markdown_view import MarkdownTextView, MarkdownView
from app.ui.transcript.transcript_view import FRAME_MS, TranscriptView
from app.ui.transcript.turn_card import TurnCard
from runtime.problems import Problem

MakeTurn = Callable[..., Turn]


@pytest.fixture
def view(shown: ShownWindow) -> TranscriptView:
    found = find(shown.window, TranscriptView)
    assert isinstance(found, TranscriptView)
    return found


def wait_for_cards(view: TranscriptView, qtbot: QtBot, count: int) -> tuple[TurnCard, ...]:
    qtbot.waitUntil(lambda: len(view.cards()) == count)
    return view.cards()


def words_of(card: TurnCard) -> str:
    labels = [each.text() for each in card.findChildren(QLabel) if each.isVisible()]
    prose = [each.toPlainText() for each in card.findChildren(MarkdownTextView) if each.isVisible()]
    return "\n".join(labels + prose)


def button(card: TurnCard, name: str) -> QToolButton:
    return next(each for each in card.findChildren(QToolButton) if each.accessibleName() == name)


def long_chat(make_turn: MakeTurn, count: int = 30) -> list[Turn]:
    return [make_turn(number, f"turn {number}\n" * 4) for number in range(1, count + 1)]


def test_that_every_turn_gets_its_card_in_order(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.show_turns(long_chat(make_turn))
    cards = wait_for_cards(view, qtbot, 30)
    assert [card.turn_id for card in cards] == list(range(1, 31))
    qtbot.waitUntil(lambda: all(a.y() < b.y() for a, b in itertools.pairwise(cards)))


def test_that_a_long_chat_opens_at_its_end(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.show_turns(long_chat(make_turn))
    wait_for_cards(view, qtbot, 30)
    bar = view.scroller.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())


def test_that_opening_a_long_chat_returns_at_once(
    shown: ShownWindow, make_turn: Callable[..., Turn]
) -> None:
    turns = long_chat(make_turn, 200)
    clock = QElapsedTimer()
    clock.start()
    shown.transcript.show_turns(turns)
    assert clock.elapsed() < 50


def test_that_cards_of_turns_that_stay_are_kept(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.show_turns([make_turn(1, "a"), make_turn(2, "b")])
    first = wait_for_cards(view, qtbot, 2)[0]
    shown.transcript.show_turns([make_turn(1, "a"), make_turn(4, "c")])
    qtbot.waitUntil(lambda: [card.turn_id for card in view.cards()] == [1, 4])
    assert view.cards()[0] is first


def test_that_removed_turns_lose_their_cards(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.show_turns([make_turn(1, "a"), make_turn(2, "b"), make_turn(3, "c")])
    wait_for_cards(view, qtbot, 3)
    shown.transcript.remove_from(TurnId(2))
    assert [card.turn_id for card in view.cards()] == [1]


def test_that_removing_while_cards_are_built_is_safe(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.show_turns(long_chat(make_turn))
    shown.transcript.remove_from(TurnId(10))
    shown.transcript.append(make_turn(40, "new"))
    cards = wait_for_cards(view, qtbot, 10)
    assert [card.turn_id for card in cards] == [*range(1, 10), 40]


def test_that_streaming_is_drawn_at_a_bounded_rate(
    shown: ShownWindow,
    view: TranscriptView,
    qtbot: QtBot,
    make_turn: Callable[..., Turn],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawings = []
    original = MarkdownView.show_markdown
    shown.transcript.append(make_turn(2, state=TurnState.WRITING))

    def counted(self: MarkdownView, text: str) -> None:
        drawings.append(text)
        original(self, text)

    monkeypatch.setattr(MarkdownView, "show_markdown", counted)
    clock = QElapsedTimer()
    clock.start()
    for number in range(300):
        shown.transcript.append_text(TurnId(2), f"{number} ")
        qtbot.wait(1)
    elapsed = clock.elapsed()
    qtbot.waitUntil(lambda: "299" in words_of(view.cards()[0]))
    assert len(drawings) <= elapsed / FRAME_MS + 2


def test_that_streaming_draws_only_the_last_part_again(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    text = "first\n\n```\ncode\n```\n\nlast"
    shown.transcript.append(make_turn(2, text, state=TurnState.WRITING))
    first, last = view.cards()[0].findChildren(MarkdownTextView)
    before = (first.document(), last.document())
    shown.transcript.append_text(TurnId(2), " words")
    qtbot.waitUntil(lambda: last.toPlainText() == "last words")
    assert first.document() is before[0]
    assert last.document() is not before[1]


def test_that_it_follows_the_end_while_an_answer_grows(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, state=TurnState.WRITING))
    shown.transcript.append_text(TurnId(2), "line\n\n" * 80)
    bar = view.scroller.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 500)
    assert bar.value() == bar.maximum()


def test_that_it_stays_where_the_user_scrolled(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, "line\n\n" * 80, state=TurnState.WRITING))
    bar = view.scroller.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 500)
    bar.setValue(100)
    before = bar.maximum()
    shown.transcript.append_text(TurnId(2), "line\n\n" * 20)
    qtbot.waitUntil(lambda: bar.maximum() > before)
    assert bar.value() == 100
    jump = next(
        each
        for each in view.findChildren(QToolButton)
        if each.accessibleName() == "Jump to the end"
    )
    assert jump.isVisible()
    jump.click()
    assert bar.value() == bar.maximum()
    assert not jump.isVisible()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TurnState.QUEUED, "Waits for the model"),
        (TurnState.STOPPED, "Stopped"),
        (TurnState.CUT, "Cut at the length limit"),
        (TurnState.LOOPED, "Ended because it repeated itself"),
    ],
)
def test_that_a_state_is_put_into_words(
    shown: ShownWindow,
    view: TranscriptView,
    make_turn: Callable[..., Turn],
    state: TurnState,
    words: str,
) -> None:
    shown.transcript.append(make_turn(2, state=state))
    assert words in words_of(view.cards()[0])


def test_that_a_failed_answer_keeps_its_text_and_says_why(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn]
) -> None:
    turn = make_turn(2, "Half", state=TurnState.FAILED, problem=Problem.ENGINE_CRASHED)
    shown.transcript.append(turn)
    assert "Half" in words_of(view.cards()[0])
    assert "Sentence for engine_crashed" in words_of(view.cards()[0])


def test_that_thinking_is_folded_away(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, "Answer", thinking="secret"))
    fold = find(view.cards()[0], ThinkingFold)
    toggle = find(fold, QToolButton)
    assert toggle.text() == "Thought"
    assert "secret" not in words_of(view.cards()[0])
    toggle.click()
    assert "secret" in words_of(view.cards()[0])


def test_that_thinking_under_way_says_so(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, thinking="hm", state=TurnState.WRITING))
    assert find(find(view.cards()[0], ThinkingFold), QToolButton).text() == "Thinking…"


def test_that_edit_regenerate_and_version_are_asked_for(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(1, "q"))
    shown.transcript.append(make_turn(2, "a", version=2, versions=3))
    question, answer = view.cards()
    window = shown.window
    with qtbot.waitSignal(window.chat_actions.turn_edit_requested) as edited:
        button(question, "Edit and ask again").click()
    with qtbot.waitSignal(window.chat_actions.regenerate_requested) as regenerated:
        button(answer, "Answer again").click()
    with qtbot.waitSignal(window.chat_actions.version_chosen) as chosen:
        button(answer, "Next version").click()
    assert (edited.args, regenerated.args) == ([1], [2])
    assert chosen.args == [TurnVersion(turn_id=TurnId(2), version=3)]


def test_that_an_open_answer_cannot_be_regenerated(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, "a", state=TurnState.WRITING))
    assert not button(view.cards()[0], "Answer again").isEnabled()


def test_that_a_turn_and_its_code_can_be_copied(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, "Run\n\n```\nls\n```"))
    find(find(view.cards()[0], CodeBlock), QToolButton).click()
    assert QGuiApplication.clipboard().text() == "ls"
    button(view.cards()[0], "Copy").click()
    assert QGuiApplication.clipboard().text() == "Run\n\n```\nls\n```"


def test_that_a_users_markup_is_shown_as_typed(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(1, "<b>x</b> **y**"))
    assert "<b>x</b> **y**" in words_of(view.cards()[0])


def test_that_a_long_question_is_shown_whole(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(1, "many words that need several lines " * 12))
    label = next(e for e in view.cards()[0].findChildren(QLabel) if "many words" in e.text())
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()) > 40)


def test_that_an_example_becomes_a_draft(
    shown: ShownWindow, view: TranscriptView, qtbot: QtBot
) -> None:
    example = next(
        each for each in view.findChildren(QPushButton) if each.accessibleName().startswith("Ask: ")
    )
    example.click()
    assert shown.window.composer_text() == example.text()


def test_that_an_attachment_is_shown_above_the_question(
    shown: ShownWindow, view: TranscriptView, make_turn: Callable[..., Turn], attachment: Attachment
) -> None:
    clip = replace(attachment, name="clip.mp4", duration_s=65.0)
    shown.transcript.append(make_turn(1, "q", attachments=(attachment, clip)))
    names = [each.accessibleName() for each in view.cards()[0].findChildren(QWidget)]
    assert "screenshot.png, 40 by 30" in names
    assert "clip.mp4, 40 by 30, 1:05" in names
