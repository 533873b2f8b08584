from collections.abc import Callable

import pytest
from helpers.shown_window import ShownWindow, find
from PySide6.QtCore import QCoreApplication, QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from app.chat.turns import Attachment, Turn, TurnState
from app.engine.model_state import Ready
from app.ui.composer.composer import Composer
from app.ui.composer.question_edit import QuestionEdit
from app.ui.style.theme import COMPOSER_LINES
from runtime.events import ModelFacts


@pytest.fixture
def edit(shown: ShownWindow) -> QuestionEdit:
    found = find(shown.window, QuestionEdit)
    assert isinstance(found, QuestionEdit)
    return found


def send_button(shown: ShownWindow) -> QToolButton:
    buttons = find(shown.window, Composer).findChildren(QToolButton)
    return next(button for button in buttons if button.property("kind") == "main")


def hint(shown: ShownWindow) -> str:
    labels = find(shown.window, Composer).findChildren(QLabel)
    return " ".join(label.text() for label in labels)


def compose(edit: QuestionEdit, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QCoreApplication.sendEvent(edit, event)


def test_that_enter_sends_and_clears(shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot) -> None:
    QTest.keyClicks(edit, "What is this?")
    with qtbot.waitSignal(shown.window.chat_actions.question_submitted) as blocker:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert blocker.args == ["What is this?"]
    assert shown.window.composer_text() == ""


def test_that_shift_enter_breaks_the_line(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    QTest.keyClicks(edit, "a")
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(edit, "b")
    assert shown.window.composer_text() == "a\nb"


def test_that_enter_during_ime_composition_does_not_send(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    QTest.keyClicks(edit, "a")
    compose(edit, "にほん")
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)


def test_that_the_enter_that_commits_a_word_does_not_send(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    compose(edit, "にほん")
    compose(edit, "", "日本")
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        QTest.keyPress(edit, Qt.Key.Key_Return)
    QTest.keyRelease(edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(shown.window.chat_actions.question_submitted) as blocker:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert blocker.args == ["日本"]


def test_that_blank_text_is_not_sent(shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot) -> None:
    QTest.keyClicks(edit, "  ")
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)


def test_that_a_picture_alone_can_be_sent(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot, attachment: Attachment
) -> None:
    shown.draft_attachments.show_attachments([attachment])
    with qtbot.waitSignal(shown.window.chat_actions.question_submitted) as blocker:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert blocker.args == [""]


def test_that_a_question_waits_visibly_for_its_picture(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot, attachment: Attachment
) -> None:
    entry_id = shown.draft_attachments.add("screenshot.png")
    QTest.keyClicks(edit, "What?")
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert "Reading screenshot.png…" in hint(shown)
    assert shown.window.composer_text() == "What?"
    with qtbot.waitSignal(shown.window.chat_actions.question_submitted) as blocker:
        shown.draft_attachments.settle(entry_id, attachment)
    assert blocker.args == ["What?"]


def test_that_the_button_takes_back_a_question_that_waits(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    entry = shown.draft_attachments.add("photo.png")
    QTest.keyClicks(edit, "What is this?")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert send_button(shown).toolTip() == "Do not send it yet (Esc)"
    send_button(shown).click()
    assert send_button(shown).toolTip() == "Send (Enter)"
    assert "Reading" not in hint(shown)
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        shown.draft_attachments.remove(entry)
    assert shown.window.composer_text() == "What is this?"


def test_that_a_question_on_its_way_is_shown_and_can_be_stopped(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    shown.window.show_waiting("What is\nthis?")
    assert "Not sent yet: “What is this?”." in hint(shown)
    with qtbot.waitSignal(shown.window.chat_actions.stop_requested):
        send_button(shown).click()
    with qtbot.waitSignal(shown.window.chat_actions.stop_requested):
        QTest.keyClick(shown.window, Qt.Key.Key_Escape)
    QTest.keyClicks(edit, "and this?")
    assert "Not sent yet" in hint(shown)
    shown.window.show_waiting("")
    assert hint(shown).strip() == ""


def test_that_a_waiting_question_is_kept_when_its_picture_is_unusable(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    entry_id = shown.draft_attachments.add("notes.txt")
    QTest.keyClicks(edit, "What?")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        shown.draft_attachments.remove(entry_id)
    assert shown.window.composer_text() == "What?"


def test_that_enter_while_an_answer_is_open_keeps_the_text(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, state=TurnState.WRITING))
    QTest.keyClicks(edit, "Next")
    with qtbot.assertNotEmitted(shown.window.chat_actions.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert shown.window.composer_text() == "Next"
    assert "Still answering" in hint(shown)


def test_that_the_button_stops_an_open_answer(
    shown: ShownWindow, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, state=TurnState.WRITING))
    assert send_button(shown).accessibleName().startswith("Stop")
    with qtbot.waitSignal(shown.window.chat_actions.stop_requested):
        send_button(shown).click()
    shown.transcript.replace(make_turn(2, state=TurnState.STOPPED))
    assert send_button(shown).accessibleName().startswith("Send")


def test_that_escape_stops_an_open_answer(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    shown.transcript.append(make_turn(2, state=TurnState.READING))
    edit.setFocus()
    with qtbot.waitSignal(shown.window.chat_actions.stop_requested):
        QTest.keyClick(edit, Qt.Key.Key_Escape)


def test_that_it_grows_with_the_text_up_to_a_few_lines(
    shown: ShownWindow, edit: QuestionEdit, qtbot: QtBot
) -> None:
    one = edit.height()
    shown.window.show_draft("a\nb\nc")
    three = edit.height()
    shown.window.show_draft("\n".join("abcdefghijklmnop"))
    most = edit.height()
    assert one < three < most
    assert most <= COMPOSER_LINES * edit.fontMetrics().lineSpacing() + 10


def test_that_text_is_pasted_as_plain_text(shown: ShownWindow, edit: QuestionEdit) -> None:
    mime = QMimeData()
    mime.setHtml("<b>bold</b>")
    mime.setText("bold")
    edit.insertFromMimeData(mime)
    assert shown.window.composer_text() == "bold"


def test_that_the_thinking_choice_follows_the_model_and_then_the_user(
    shown: ShownWindow, qtbot: QtBot
) -> None:
    think = next(
        button
        for button in shown.window.findChildren(QToolButton)
        if button.accessibleName() == "Think before answering"
    )
    facts = ModelFacts(
        name="m",
        device="CPU",
        context_length=1,
        sees=True,
        thinks_by_default=True,
        demonstration=False,
    )
    with qtbot.assertNotEmitted(shown.window.settings_actions.thinking_chosen):
        shown.model_state.set(Ready(facts=facts))
    assert think.isChecked()
    with qtbot.waitSignal(shown.window.settings_actions.thinking_chosen) as blocker:
        think.click()
    assert blocker.args == [False]


def test_that_a_tile_is_removed_with_the_delete_key(
    shown: ShownWindow, qtbot: QtBot, attachment: Attachment
) -> None:
    shown.draft_attachments.show_attachments([attachment])
    item = find(shown.window, Composer)._attachments.items()[0]
    with qtbot.waitSignal(shown.window.chat_actions.attachment_removed) as blocker:
        QTest.keyClick(item, Qt.Key.Key_Delete)
    assert blocker.args == [shown.draft_attachments.entries()[0].entry_id]


def test_that_a_tile_is_removed_with_its_cross(
    shown: ShownWindow, qtbot: QtBot, attachment: Attachment
) -> None:
    shown.draft_attachments.show_attachments([attachment])
    cross = find(find(shown.window, Composer)._attachments.items()[0], QToolButton)
    assert cross.accessibleName() == "Remove screenshot.png"
    with qtbot.waitSignal(shown.window.chat_actions.attachment_removed):
        cross.click()
