from collections.abc import Callable

import pytest
from helpers.house import House, find
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
def edit(house: House) -> QuestionEdit:
    found = find(house.window, QuestionEdit)
    assert isinstance(found, QuestionEdit)
    return found


def send_button(house: House) -> QToolButton:
    buttons = find(house.window, Composer).findChildren(QToolButton)
    return next(button for button in buttons if button.property("kind") == "main")


def hint(house: House) -> str:
    labels = find(house.window, Composer).findChildren(QLabel)
    return " ".join(label.text() for label in labels)


def compose(edit: QuestionEdit, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QCoreApplication.sendEvent(edit, event)


def test_that_enter_sends_and_clears(house: House, edit: QuestionEdit, qtbot: QtBot) -> None:
    QTest.keyClicks(edit, "What is this?")
    with qtbot.waitSignal(house.window.question_submitted) as blocker:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert blocker.args == ["What is this?"]
    assert house.window.composer_text() == ""


def test_that_shift_enter_breaks_the_line(house: House, edit: QuestionEdit, qtbot: QtBot) -> None:
    QTest.keyClicks(edit, "a")
    with qtbot.assertNotEmitted(house.window.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(edit, "b")
    assert house.window.composer_text() == "a\nb"


def test_that_enter_during_ime_composition_does_not_send(
    house: House, edit: QuestionEdit, qtbot: QtBot
) -> None:
    QTest.keyClicks(edit, "a")
    compose(edit, "にほん")
    with qtbot.assertNotEmitted(house.window.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)


def test_that_the_enter_that_commits_a_word_does_not_send(
    house: House, edit: QuestionEdit, qtbot: QtBot
) -> None:
    compose(edit, "にほん")
    compose(edit, "", "日本")
    with qtbot.assertNotEmitted(house.window.question_submitted):
        QTest.keyPress(edit, Qt.Key.Key_Return)
    QTest.keyRelease(edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(house.window.question_submitted) as blocker:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert blocker.args == ["日本"]


def test_that_blank_text_is_not_sent(house: House, edit: QuestionEdit, qtbot: QtBot) -> None:
    QTest.keyClicks(edit, "  ")
    with qtbot.assertNotEmitted(house.window.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)


def test_that_a_picture_alone_can_be_sent(
    house: House, edit: QuestionEdit, qtbot: QtBot, attachment: Attachment
) -> None:
    house.tray.show_attachments([attachment])
    with qtbot.waitSignal(house.window.question_submitted) as blocker:
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert blocker.args == [""]


def test_that_a_question_waits_visibly_for_its_picture(
    house: House, edit: QuestionEdit, qtbot: QtBot, attachment: Attachment
) -> None:
    entry_id = house.tray.add("screenshot.png")
    QTest.keyClicks(edit, "What?")
    with qtbot.assertNotEmitted(house.window.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert "Reading screenshot.png…" in hint(house)
    assert house.window.composer_text() == "What?"
    with qtbot.waitSignal(house.window.question_submitted) as blocker:
        house.tray.settle(entry_id, attachment)
    assert blocker.args == ["What?"]


def test_that_the_button_takes_back_a_question_that_waits(
    house: House, edit: QuestionEdit, qtbot: QtBot
) -> None:
    entry = house.tray.add("photo.png")
    QTest.keyClicks(edit, "What is this?")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert send_button(house).toolTip() == "Do not send it yet (Esc)"
    send_button(house).click()
    assert send_button(house).toolTip() == "Send (Enter)"
    assert "Reading" not in hint(house)
    with qtbot.assertNotEmitted(house.window.question_submitted):
        house.tray.remove(entry)
    assert house.window.composer_text() == "What is this?"


def test_that_a_question_on_its_way_is_shown_and_can_be_stopped(
    house: House, edit: QuestionEdit, qtbot: QtBot
) -> None:
    house.window.show_waiting("What is\nthis?")
    assert "Not sent yet: “What is this?”." in hint(house)
    with qtbot.waitSignal(house.window.stop_requested):
        send_button(house).click()
    with qtbot.waitSignal(house.window.stop_requested):
        QTest.keyClick(house.window, Qt.Key.Key_Escape)
    QTest.keyClicks(edit, "and this?")
    assert "Not sent yet" in hint(house)
    house.window.show_waiting("")
    assert hint(house).strip() == ""


def test_that_a_waiting_question_is_kept_when_its_picture_is_unusable(
    house: House, edit: QuestionEdit, qtbot: QtBot
) -> None:
    entry_id = house.tray.add("notes.txt")
    QTest.keyClicks(edit, "What?")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(house.window.question_submitted):
        house.tray.remove(entry_id)
    assert house.window.composer_text() == "What?"


def test_that_enter_while_an_answer_is_open_keeps_the_text(
    house: House, edit: QuestionEdit, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    house.transcript.append(make_turn(2, state=TurnState.WRITING))
    QTest.keyClicks(edit, "Next")
    with qtbot.assertNotEmitted(house.window.question_submitted):
        QTest.keyClick(edit, Qt.Key.Key_Return)
    assert house.window.composer_text() == "Next"
    assert "Still answering" in hint(house)


def test_that_the_button_stops_an_open_answer(
    house: House, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    house.transcript.append(make_turn(2, state=TurnState.WRITING))
    assert send_button(house).accessibleName().startswith("Stop")
    with qtbot.waitSignal(house.window.stop_requested):
        send_button(house).click()
    house.transcript.replace(make_turn(2, state=TurnState.STOPPED))
    assert send_button(house).accessibleName().startswith("Send")


def test_that_escape_stops_an_open_answer(
    house: House, edit: QuestionEdit, qtbot: QtBot, make_turn: Callable[..., Turn]
) -> None:
    house.transcript.append(make_turn(2, state=TurnState.READING))
    edit.setFocus()
    with qtbot.waitSignal(house.window.stop_requested):
        QTest.keyClick(edit, Qt.Key.Key_Escape)


def test_that_it_grows_with_the_text_up_to_a_few_lines(
    house: House, edit: QuestionEdit, qtbot: QtBot
) -> None:
    one = edit.height()
    house.window.show_draft("a\nb\nc")
    three = edit.height()
    house.window.show_draft("\n".join("abcdefghijklmnop"))
    most = edit.height()
    assert one < three < most
    assert most <= COMPOSER_LINES * edit.fontMetrics().lineSpacing() + 10


def test_that_text_is_pasted_as_plain_text(house: House, edit: QuestionEdit) -> None:
    mime = QMimeData()
    mime.setHtml("<b>bold</b>")
    mime.setText("bold")
    edit.insertFromMimeData(mime)
    assert house.window.composer_text() == "bold"


def test_that_the_thinking_choice_follows_the_model_and_then_the_user(
    house: House, qtbot: QtBot
) -> None:
    think = next(
        button
        for button in house.window.findChildren(QToolButton)
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
    with qtbot.assertNotEmitted(house.window.thinking_chosen):
        house.model_state.set(Ready(facts=facts))
    assert think.isChecked()
    with qtbot.waitSignal(house.window.thinking_chosen) as blocker:
        think.click()
    assert blocker.args == [False]


def test_that_a_tile_is_removed_with_the_delete_key(
    house: House, qtbot: QtBot, attachment: Attachment
) -> None:
    house.tray.show_attachments([attachment])
    item = find(house.window, Composer)._attachments.items()[0]
    with qtbot.waitSignal(house.window.attachment_removed) as blocker:
        QTest.keyClick(item, Qt.Key.Key_Delete)
    assert blocker.args == [house.tray.entries()[0].entry_id]


def test_that_a_tile_is_removed_with_its_cross(
    house: House, qtbot: QtBot, attachment: Attachment
) -> None:
    house.tray.show_attachments([attachment])
    cross = find(find(house.window, Composer)._attachments.items()[0], QToolButton)
    assert cross.accessibleName() == "Remove screenshot.png"
    with qtbot.waitSignal(house.window.attachment_removed):
        cross.click()
