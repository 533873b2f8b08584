import threading
from pathlib import Path

import pytest
from helpers.attachments import make_attachment
from helpers.chat_session import ChatSession

from app.chat.storage.records import OpenedStore
from app.chat.transcript import TurnVersion
from app.chat.turns import TurnId, TurnState
from app.notifications import messages
from runtime.content import Image, Role, Text
from runtime.problems import Problem


def sent(session: ChatSession) -> list[tuple[Role, str]]:
    """What the engine was asked last, pictures as their file's content."""
    return [
        (
            message.role,
            "".join(
                part.text if isinstance(part, Text) else part.path.read_text()
                for part in message.parts
            ),
        )
        for message in session.engine.answers()[-1].messages
    ]


def test_that_a_chat_is_listed_only_when_something_is_sent(session: ChatSession) -> None:
    session.saved_chats.begin_new()
    session.settle()
    assert session.titles() == []
    session.ask("What is this?\nLook closely.")
    assert session.titles() == ["What is this?"]
    assert session.chats.current == session.chats.chats()[0].chat_id


def test_that_nothing_at_all_is_not_sent(session: ChatSession) -> None:
    session.controller.send("  \n ")
    session.settle()
    assert session.turns() == ()


def test_that_the_whole_branch_is_sent_without_thinking(session: ChatSession) -> None:
    session.ask_and_answer("one?", "one.")
    session.ask("two?")
    assert sent(session) == [(Role.USER, "one?"), (Role.ASSISTANT, "one."), (Role.USER, "two?")]


def test_that_empty_answers_are_left_out_and_halves_are_sent(session: ChatSession) -> None:
    session.ask("one?")
    session.engine.fail(Problem.ENGINE_CRASHED)
    session.wait_for_state(TurnState.FAILED)
    session.ask("two?")
    session.engine.write("half an ")
    session.engine.fail(Problem.ENGINE_CRASHED)
    session.wait_for_state(TurnState.FAILED)
    session.ask("three?")
    assert sent(session) == [
        (Role.USER, "one?"),
        (Role.USER, "two?"),
        (Role.ASSISTANT, "half an "),
        (Role.USER, "three?"),
    ]


def test_that_a_picture_goes_before_its_question_and_alone_names_the_chat(
    session: ChatSession,
) -> None:
    picture = make_attachment(session.folder, "holiday.png", b"a picture")
    session.draft_attachments.show_attachments([picture])
    session.ask("")
    assert session.titles() == ["holiday.png"]
    assert session.engine.answers()[-1].messages[0].parts == (Image(path=picture.path),)
    assert session.draft_attachments.entries() == ()


def test_that_the_choice_to_think_is_sent(session: ChatSession) -> None:
    session.thinking = True
    session.ask("one?")
    assert session.engine.answers()[-1].thinking is True


def test_that_a_question_waits_for_its_files(session: ChatSession) -> None:
    entry = session.draft_attachments.add("holiday.png")
    session.controller.send("What is this?")
    session.settle()
    assert session.turns() == ()
    session.draft_attachments.settle(
        entry, make_attachment(session.folder, "holiday.png", b"a picture")
    )
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)
    assert sent(session) == [(Role.USER, "a pictureWhat is this?")]


def test_that_a_question_comes_back_when_its_file_cannot_be_used(
    session: ChatSession, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").touch()
    session.attachments.add_files((tmp_path / "empty.png",))
    session.controller.send("What is this?")
    session.qtbot.waitUntil(lambda: session.view.draft == "What is this?")
    assert [notification.title for notification in session.view.notifications] == [
        "“empty.png” is empty."
    ]
    session.settle()
    assert session.turns() == ()


def test_that_a_question_that_waits_is_shown_and_can_be_taken_back(session: ChatSession) -> None:
    session.draft_attachments.add("photo.png")
    session.controller.send("What is this?")
    session.qtbot.waitUntil(lambda: session.view.waiting == "What is this?")
    session.controller.stop()
    assert (session.view.draft, session.view.waiting) == ("What is this?", "")
    assert session.turns() == ()


def test_that_a_question_that_is_stopped_while_it_is_saved_is_not_answered(
    session: ChatSession,
) -> None:
    go_on = threading.Event()
    session.store.run(lambda store: go_on.wait())
    session.controller.send("What is this?")
    session.qtbot.waitUntil(lambda: session.view.waiting == "What is this?")
    session.controller.stop()
    go_on.set()
    session.wait_for_state(TurnState.STOPPED)
    assert session.view.waiting == ""
    assert session.engine.answers() == []


def test_that_a_question_sent_at_the_start_is_not_hidden_by_the_last_chat(
    session: ChatSession,
) -> None:
    session.ask_and_answer("first", "one")
    (chat,) = session.chats.chats()
    session.saved_chats.begin_new()
    go_on = threading.Event()
    session.store.run(lambda store: go_on.wait())
    session.controller.send("second")
    session.saved_chats.begin(OpenedStore(chats=(chat,)), chat.chat_id)
    go_on.set()
    session.qtbot.waitUntil(lambda: session.texts() == ["second", ""])
    session.settle()
    assert session.texts() == ["second", ""]


def test_that_two_questions_in_a_moment_follow_each_other(session: ChatSession) -> None:
    session.controller.send("one?")
    session.controller.send("two?")
    session.qtbot.waitUntil(lambda: len(session.turns()) == 4)
    assert session.texts() == ["one?", "", "two?", ""]
    assert len(session.titles()) == 1
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)
    session.engine.write("one.")
    session.engine.finish()
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    assert sent(session) == [(Role.USER, "one?"), (Role.ASSISTANT, "one."), (Role.USER, "two?")]


def test_that_a_question_that_cannot_be_saved_comes_back_with_its_files(
    session: ChatSession,
) -> None:
    picture = make_attachment(session.folder, "holiday.png", b"a picture")
    session.store.run(lambda store: store._connection.execute("PRAGMA max_page_count = 1"))
    session.draft_attachments.show_attachments([picture])
    text = "long " * 50_000
    session.controller.send(text)
    session.qtbot.waitUntil(lambda: session.view.draft == text)
    assert [entry.attachment for entry in session.draft_attachments.entries()] == [picture]
    assert [notification.title for notification in session.view.notifications] == [
        "The disk is full."
    ]
    assert session.engine.answers() == []


def test_that_a_question_sent_before_another_chat_is_shown_goes_to_its_own(
    session: ChatSession,
) -> None:
    session.controller.send("one?")
    session.saved_chats.begin_new()
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)
    assert session.turns() == ()
    assert session.titles() == ["one?"]
    assert session.chats.current is None


def test_that_an_edited_question_becomes_a_version_beside_the_old(session: ChatSession) -> None:
    picture = make_attachment(session.folder, "holiday.png", b"a picture")
    session.draft_attachments.show_attachments([picture])
    session.ask_and_answer("old?", "old.")
    session.view.draft = "half written"
    question = session.turns()[0]
    session.controller.edit(question.turn_id)
    assert session.turns() == ()
    assert session.view.draft == "old?"
    assert [entry.attachment for entry in session.draft_attachments.entries()] == [picture]
    session.ask("new?")
    assert session.texts() == ["new?", ""]
    assert (session.turns()[0].version, session.turns()[0].versions) == (2, 2)
    assert session.view.draft == "half written"
    session.controller.choose_version(TurnVersion(turn_id=session.turns()[0].turn_id, version=1))
    session.wait_for_text("old.")


def test_that_an_edit_can_be_given_up(session: ChatSession) -> None:
    session.ask_and_answer("old?", "old.")
    session.view.draft = "half written"
    session.controller.edit(session.turns()[0].turn_id)
    session.controller.act_on(messages.editing())
    session.qtbot.waitUntil(lambda: session.texts() == ["old?", "old."])
    assert session.view.draft == "half written"
    session.ask("more?")
    assert session.texts() == ["old?", "old.", "more?", ""]


def test_that_an_edit_ends_with_another_chat(session: ChatSession) -> None:
    session.ask_and_answer("old?", "old.")
    session.controller.edit(session.turns()[0].turn_id)
    session.saved_chats.begin_new()
    assert session.view.draft == ""
    session.ask("new?")
    assert session.turns()[0].versions == 1
    assert len(session.titles()) == 2


def test_that_sending_an_edit_ends_the_answer_it_replaces(session: ChatSession) -> None:
    session.ask("old?")
    session.engine.write("ol")
    session.wait_for_text("ol")
    old = session.engine.answers()[-1].request_id
    session.controller.edit(session.turns()[0].turn_id)
    session.controller.send("new?")
    session.qtbot.waitUntil(lambda: session.engine.stopped == [old])
    session.engine.finish(request_id=old)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    assert sent(session) == [(Role.USER, "new?")]


def test_that_another_answer_stands_beside_the_first(session: ChatSession) -> None:
    session.ask_and_answer("question?", "one.")
    session.controller.regenerate(session.turns()[-1].turn_id)
    session.wait_for_state(TurnState.QUEUED)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    session.engine.write("two.")
    session.engine.finish()
    session.wait_for_text("two.")
    answer = session.turns()[-1]
    assert (answer.version, answer.versions) == (2, 2)
    assert sent(session) == [(Role.USER, "question?")]
    session.controller.choose_version(TurnVersion(turn_id=answer.turn_id, version=1))
    session.wait_for_text("one.")


def test_that_another_answer_in_the_middle_takes_the_rest_off_the_screen(
    session: ChatSession,
) -> None:
    session.ask_and_answer("one?", "one.")
    session.ask_and_answer("two?", "two.")
    session.controller.regenerate(session.turns()[1].turn_id)
    session.wait_for_state(TurnState.QUEUED)
    assert session.texts() == ["one?", ""]
    session.controller.choose_version(TurnVersion(turn_id=session.turns()[1].turn_id, version=1))
    session.wait_for_text("two.")
    assert session.texts() == ["one?", "one.", "two?", "two."]


def test_that_an_answer_that_streams_is_ended_by_another(session: ChatSession) -> None:
    session.ask("question?")
    old = session.engine.answers()[-1].request_id
    session.controller.regenerate(session.turns()[-1].turn_id)
    assert session.engine.stopped == [old]
    session.engine.finish(request_id=old)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)


def test_that_the_next_question_follows_the_version_on_screen(session: ChatSession) -> None:
    session.ask_and_answer("question?", "one.")
    first = session.turns()[-1].turn_id
    session.controller.regenerate(first)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    session.engine.write("two.")
    session.engine.finish()
    session.wait_for_text("two.")
    session.controller.choose_version(TurnVersion(turn_id=first, version=1))
    session.wait_for_text("one.")
    session.ask("more?")
    assert sent(session)[1] == (Role.ASSISTANT, "one.")


@pytest.mark.parametrize("action", ["edit", "regenerate"])
def test_that_an_action_on_a_turn_that_is_gone_does_nothing(
    session: ChatSession, action: str
) -> None:
    getattr(session.controller, action)(TurnId(404))
    session.settle()
    assert session.view.notifications == []


def test_that_a_problem_with_a_kept_file_is_told_with_the_users_name_for_it(
    session: ChatSession,
) -> None:
    picture = make_attachment(session.folder, "holiday.png", b"a picture")
    session.draft_attachments.show_attachments([picture])
    session.ask("What is this?")
    session.engine.fail(Problem.FILE_MISSING, picture.path.name)
    session.wait_for_state(TurnState.FAILED)
    assert session.view.notifications[-1].title == "“holiday.png” is not there any more."
