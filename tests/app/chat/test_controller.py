import threading
from pathlib import Path

import pytest
from helpers.attachments import make_attachment
from helpers.rooms import Rooms

from app.chat.storage.records import OpenedStore
from app.chat.transcript import TurnVersion
from app.chat.turns import TurnId, TurnState
from app.notifications import messages
from runtime.content import Image, Role, Text
from runtime.problems import Problem


def sent(rooms: Rooms) -> list[tuple[Role, str]]:
    """What the engine was asked last, pictures as their file's content."""
    return [
        (
            message.role,
            "".join(
                part.text if isinstance(part, Text) else part.path.read_text()
                for part in message.parts
            ),
        )
        for message in rooms.engine.answers()[-1].messages
    ]


def test_that_a_chat_is_listed_only_when_something_is_sent(rooms: Rooms) -> None:
    rooms.shelf.begin_new()
    rooms.settle()
    assert rooms.titles() == []
    rooms.ask("What is this?\nLook closely.")
    assert rooms.titles() == ["What is this?"]
    assert rooms.chats.current == rooms.chats.chats()[0].chat_id


def test_that_nothing_at_all_is_not_sent(rooms: Rooms) -> None:
    rooms.controller.send("  \n ")
    rooms.settle()
    assert rooms.turns() == ()


def test_that_the_whole_branch_is_sent_without_thinking(rooms: Rooms) -> None:
    rooms.ask_and_answer("one?", "one.")
    rooms.ask("two?")
    assert sent(rooms) == [(Role.USER, "one?"), (Role.ASSISTANT, "one."), (Role.USER, "two?")]


def test_that_empty_answers_are_left_out_and_halves_are_sent(rooms: Rooms) -> None:
    rooms.ask("one?")
    rooms.engine.fail(Problem.ENGINE_CRASHED)
    rooms.wait_for_state(TurnState.FAILED)
    rooms.ask("two?")
    rooms.engine.write("half an ")
    rooms.engine.fail(Problem.ENGINE_CRASHED)
    rooms.wait_for_state(TurnState.FAILED)
    rooms.ask("three?")
    assert sent(rooms) == [
        (Role.USER, "one?"),
        (Role.USER, "two?"),
        (Role.ASSISTANT, "half an "),
        (Role.USER, "three?"),
    ]


def test_that_a_picture_goes_before_its_question_and_alone_names_the_chat(rooms: Rooms) -> None:
    picture = make_attachment(rooms.folder, "holiday.png", b"a picture")
    rooms.tray.show_attachments([picture])
    rooms.ask("")
    assert rooms.titles() == ["holiday.png"]
    assert rooms.engine.answers()[-1].messages[0].parts == (Image(path=picture.path),)
    assert rooms.tray.entries() == ()


def test_that_the_choice_to_think_is_sent(rooms: Rooms) -> None:
    rooms.thinking = True
    rooms.ask("one?")
    assert rooms.engine.answers()[-1].thinking is True


def test_that_a_question_waits_for_its_files(rooms: Rooms) -> None:
    entry = rooms.tray.add("holiday.png")
    rooms.controller.send("What is this?")
    rooms.settle()
    assert rooms.turns() == ()
    rooms.tray.settle(entry, make_attachment(rooms.folder, "holiday.png", b"a picture"))
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)
    assert sent(rooms) == [(Role.USER, "a pictureWhat is this?")]


def test_that_a_question_comes_back_when_its_file_cannot_be_used(
    rooms: Rooms, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").touch()
    rooms.attachments.add_files((tmp_path / "empty.png",))
    rooms.controller.send("What is this?")
    rooms.qtbot.waitUntil(lambda: rooms.front.draft == "What is this?")
    assert [notice.title for notice in rooms.front.notices] == ["“empty.png” is empty."]
    rooms.settle()
    assert rooms.turns() == ()


def test_that_a_question_that_waits_is_shown_and_can_be_taken_back(rooms: Rooms) -> None:
    rooms.tray.add("photo.png")
    rooms.controller.send("What is this?")
    rooms.qtbot.waitUntil(lambda: rooms.front.waiting == "What is this?")
    rooms.controller.stop()
    assert (rooms.front.draft, rooms.front.waiting) == ("What is this?", "")
    assert rooms.turns() == ()


def test_that_a_question_that_is_stopped_while_it_is_saved_is_not_answered(rooms: Rooms) -> None:
    go_on = threading.Event()
    rooms.room.run(lambda store: go_on.wait())
    rooms.controller.send("What is this?")
    rooms.qtbot.waitUntil(lambda: rooms.front.waiting == "What is this?")
    rooms.controller.stop()
    go_on.set()
    rooms.wait_for_state(TurnState.STOPPED)
    assert rooms.front.waiting == ""
    assert rooms.engine.answers() == []


def test_that_a_question_sent_at_the_start_is_not_hidden_by_the_last_chat(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    (chat,) = rooms.chats.chats()
    rooms.shelf.begin_new()
    go_on = threading.Event()
    rooms.room.run(lambda store: go_on.wait())
    rooms.controller.send("second")
    rooms.shelf.begin(OpenedStore(chats=(chat,)), chat.chat_id)
    go_on.set()
    rooms.qtbot.waitUntil(lambda: rooms.texts() == ["second", ""])
    rooms.settle()
    assert rooms.texts() == ["second", ""]


def test_that_two_questions_in_a_moment_follow_each_other(rooms: Rooms) -> None:
    rooms.controller.send("one?")
    rooms.controller.send("two?")
    rooms.qtbot.waitUntil(lambda: len(rooms.turns()) == 4)
    assert rooms.texts() == ["one?", "", "two?", ""]
    assert len(rooms.titles()) == 1
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)
    rooms.engine.write("one.")
    rooms.engine.finish()
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    assert sent(rooms) == [(Role.USER, "one?"), (Role.ASSISTANT, "one."), (Role.USER, "two?")]


def test_that_a_question_that_cannot_be_saved_comes_back_with_its_files(rooms: Rooms) -> None:
    picture = make_attachment(rooms.folder, "holiday.png", b"a picture")
    rooms.room.run(lambda store: store._connection.execute("PRAGMA max_page_count = 1"))
    rooms.tray.show_attachments([picture])
    text = "long " * 50_000
    rooms.controller.send(text)
    rooms.qtbot.waitUntil(lambda: rooms.front.draft == text)
    assert [entry.attachment for entry in rooms.tray.entries()] == [picture]
    assert [notice.title for notice in rooms.front.notices] == ["The disk is full."]
    assert rooms.engine.answers() == []


def test_that_a_question_sent_before_another_chat_is_shown_goes_to_its_own(rooms: Rooms) -> None:
    rooms.controller.send("one?")
    rooms.shelf.begin_new()
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)
    assert rooms.turns() == ()
    assert rooms.titles() == ["one?"]
    assert rooms.chats.current is None


def test_that_an_edited_question_becomes_a_version_beside_the_old(rooms: Rooms) -> None:
    picture = make_attachment(rooms.folder, "holiday.png", b"a picture")
    rooms.tray.show_attachments([picture])
    rooms.ask_and_answer("old?", "old.")
    rooms.front.draft = "half written"
    question = rooms.turns()[0]
    rooms.controller.edit(question.turn_id)
    assert rooms.turns() == ()
    assert rooms.front.draft == "old?"
    assert [entry.attachment for entry in rooms.tray.entries()] == [picture]
    rooms.ask("new?")
    assert rooms.texts() == ["new?", ""]
    assert (rooms.turns()[0].version, rooms.turns()[0].versions) == (2, 2)
    assert rooms.front.draft == "half written"
    rooms.controller.choose_version(TurnVersion(turn_id=rooms.turns()[0].turn_id, version=1))
    rooms.wait_for_text("old.")


def test_that_an_edit_can_be_given_up(rooms: Rooms) -> None:
    rooms.ask_and_answer("old?", "old.")
    rooms.front.draft = "half written"
    rooms.controller.edit(rooms.turns()[0].turn_id)
    rooms.controller.act_on(messages.editing())
    rooms.qtbot.waitUntil(lambda: rooms.texts() == ["old?", "old."])
    assert rooms.front.draft == "half written"
    rooms.ask("more?")
    assert rooms.texts() == ["old?", "old.", "more?", ""]


def test_that_an_edit_ends_with_another_chat(rooms: Rooms) -> None:
    rooms.ask_and_answer("old?", "old.")
    rooms.controller.edit(rooms.turns()[0].turn_id)
    rooms.shelf.begin_new()
    assert rooms.front.draft == ""
    rooms.ask("new?")
    assert rooms.turns()[0].versions == 1
    assert len(rooms.titles()) == 2


def test_that_sending_an_edit_ends_the_answer_it_replaces(rooms: Rooms) -> None:
    rooms.ask("old?")
    rooms.engine.write("ol")
    rooms.wait_for_text("ol")
    old = rooms.engine.answers()[-1].request_id
    rooms.controller.edit(rooms.turns()[0].turn_id)
    rooms.controller.send("new?")
    rooms.qtbot.waitUntil(lambda: rooms.engine.stopped == [old])
    rooms.engine.finish(request_id=old)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    assert sent(rooms) == [(Role.USER, "new?")]


def test_that_another_answer_stands_beside_the_first(rooms: Rooms) -> None:
    rooms.ask_and_answer("question?", "one.")
    rooms.controller.regenerate(rooms.turns()[-1].turn_id)
    rooms.wait_for_state(TurnState.QUEUED)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    rooms.engine.write("two.")
    rooms.engine.finish()
    rooms.wait_for_text("two.")
    answer = rooms.turns()[-1]
    assert (answer.version, answer.versions) == (2, 2)
    assert sent(rooms) == [(Role.USER, "question?")]
    rooms.controller.choose_version(TurnVersion(turn_id=answer.turn_id, version=1))
    rooms.wait_for_text("one.")


def test_that_another_answer_in_the_middle_takes_the_rest_off_the_screen(rooms: Rooms) -> None:
    rooms.ask_and_answer("one?", "one.")
    rooms.ask_and_answer("two?", "two.")
    rooms.controller.regenerate(rooms.turns()[1].turn_id)
    rooms.wait_for_state(TurnState.QUEUED)
    assert rooms.texts() == ["one?", ""]
    rooms.controller.choose_version(TurnVersion(turn_id=rooms.turns()[1].turn_id, version=1))
    rooms.wait_for_text("two.")
    assert rooms.texts() == ["one?", "one.", "two?", "two."]


def test_that_an_answer_that_streams_is_ended_by_another(rooms: Rooms) -> None:
    rooms.ask("question?")
    old = rooms.engine.answers()[-1].request_id
    rooms.controller.regenerate(rooms.turns()[-1].turn_id)
    assert rooms.engine.stopped == [old]
    rooms.engine.finish(request_id=old)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)


def test_that_the_next_question_follows_the_version_on_screen(rooms: Rooms) -> None:
    rooms.ask_and_answer("question?", "one.")
    first = rooms.turns()[-1].turn_id
    rooms.controller.regenerate(first)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    rooms.engine.write("two.")
    rooms.engine.finish()
    rooms.wait_for_text("two.")
    rooms.controller.choose_version(TurnVersion(turn_id=first, version=1))
    rooms.wait_for_text("one.")
    rooms.ask("more?")
    assert sent(rooms)[1] == (Role.ASSISTANT, "one.")


@pytest.mark.parametrize("wish", ["edit", "regenerate"])
def test_that_a_wish_about_a_turn_that_is_gone_does_nothing(rooms: Rooms, wish: str) -> None:
    getattr(rooms.controller, wish)(TurnId(404))
    rooms.settle()
    assert rooms.front.notices == []


def test_that_a_problem_with_a_kept_file_is_told_with_the_users_name_for_it(rooms: Rooms) -> None:
    picture = make_attachment(rooms.folder, "holiday.png", b"a picture")
    rooms.tray.show_attachments([picture])
    rooms.ask("What is this?")
    rooms.engine.fail(Problem.FILE_MISSING, picture.path.name)
    rooms.wait_for_state(TurnState.FAILED)
    assert rooms.front.notices[-1].title == "“holiday.png” is not there any more."
