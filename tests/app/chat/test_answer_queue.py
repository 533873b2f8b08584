from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fake_engine import FACTS, SECONDS, TOKENS, FakeEngineClient
from helpers.rooms import Rooms
from pytestqt.qtbot import QtBot

from app.chat.turns import TurnState
from app.engine.model_state import (
    Answering,
    Broken,
    Busy,
    Loading,
    ReadingPicture,
    ReadingPrompt,
    Ready,
    Stopping,
    Thinking,
)
from runtime.content import Text
from runtime.events import (
    EngineDied,
    EngineUnresponsive,
    Finish,
    LoadProgress,
    PictureProgress,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
)
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import RequestId

LONG_ANSWER = "long " * 20_000


@pytest.fixture
def slow_rooms(tmp_path: Path, qtbot: QtBot) -> Iterator[Rooms]:
    """An engine that loads when the test says so."""
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient(loads_by_itself=False))
    rooms.begin()
    yield rooms
    rooms.close()


def test_that_pieces_join_into_one_answer_with_its_figures(rooms: Rooms) -> None:
    rooms.ask("What is in this picture?")
    rooms.engine.write("Two ", "cats.")
    rooms.engine.finish()
    rooms.wait_for_state(TurnState.COMPLETE)
    answer = rooms.turns()[-1]
    assert answer.text == "Two cats."
    assert (answer.tokens, answer.seconds, answer.model_name) == (TOKENS, SECONDS, FACTS.name)
    assert rooms.stored() == [
        ("What is in this picture?", TurnState.COMPLETE),
        ("Two cats.", TurnState.COMPLETE),
    ]


def test_that_question_and_empty_answer_are_on_disk_before_the_engine_is_asked(
    rooms: Rooms,
) -> None:
    rooms.ask("What is this?")
    assert rooms.stored() == [("What is this?", TurnState.COMPLETE), ("", TurnState.QUEUED)]


def test_that_text_is_on_disk_while_the_answer_streams(rooms: Rooms) -> None:
    rooms.ask("What is this?")
    rooms.engine.write("Half an ")
    rooms.qtbot.waitUntil(lambda: rooms.stored()[-1] == ("Half an ", TurnState.WRITING))


@pytest.mark.parametrize(
    ("finish", "state"),
    [
        (Finish.STOP, TurnState.COMPLETE),
        (Finish.LENGTH, TurnState.CUT),
        (Finish.LOOP, TurnState.LOOPED),
        (Finish.STOPPED, TurnState.STOPPED),
    ],
)
def test_that_each_way_to_end_is_kept(rooms: Rooms, finish: Finish, state: TurnState) -> None:
    rooms.ask("What is this?")
    rooms.engine.finish(finish)
    rooms.wait_for_state(state)
    assert rooms.stored()[-1] == ("", state)


def test_that_every_step_is_shown_as_what_the_model_does(rooms: Rooms) -> None:
    rooms.ask("What is this?")
    number = rooms.engine.answers()[-1].request_id
    seen: list[object] = []
    rooms.model_state.changed.connect(seen.append)
    rooms.engine.say(
        PictureProgress(request_id=number, number=1, count=2),
        PromptProgress(request_id=number, read=5, total=9),
        ThinkingPiece(request_id=number, text="Hm."),
        SpeedReport(request_id=number, tokens_per_second=5.0),
        TextPiece(request_id=number, text="A cat."),
        SpeedReport(request_id=number, tokens_per_second=7.0),
    )
    rooms.engine.finish()
    rooms.wait_for_state(TurnState.COMPLETE)
    assert seen == [
        Busy(facts=FACTS, activity=ReadingPicture(number=1, count=2)),
        Busy(facts=FACTS, activity=ReadingPrompt(read=5, total=9)),
        Busy(facts=FACTS, activity=Thinking()),
        Busy(facts=FACTS, activity=Answering(tokens_per_second=5.0)),
        Busy(facts=FACTS, activity=Answering(tokens_per_second=7.0)),
        Ready(facts=FACTS),
    ]
    assert rooms.turns()[-1].thinking == "Hm."


def test_that_a_stopped_answer_keeps_its_text_at_once(rooms: Rooms) -> None:
    rooms.ask("What is this?")
    rooms.engine.write("Two ")
    rooms.wait_for_text("Two ")
    rooms.controller.stop()
    assert rooms.turns()[-1].state is TurnState.STOPPED
    assert rooms.engine.stopped == [rooms.engine.answers()[-1].request_id]
    assert rooms.model_state.value == Busy(facts=FACTS, activity=Stopping())
    rooms.engine.write("cats.")
    rooms.engine.finish(Finish.STOPPED)
    rooms.qtbot.waitUntil(lambda: rooms.model_state.value == Ready(facts=FACTS))
    assert rooms.stored()[-1] == ("Two ", TurnState.STOPPED)
    assert rooms.turns()[-1].tokens == TOKENS


def test_that_a_question_after_a_stop_waits_for_the_engine_to_be_free(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.engine.write("Two ")
    rooms.wait_for_text("Two ")
    rooms.controller.stop()
    rooms.controller.send("second")
    rooms.wait_for_state(TurnState.QUEUED)
    assert len(rooms.engine.answers()) == 1
    rooms.engine.finish(Finish.STOPPED)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)


def test_that_a_stopped_answer_whose_engine_dies_stays_stopped(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.engine.write("Two ")
    rooms.wait_for_text("Two ")
    rooms.controller.stop()
    rooms.engine.fail(Problem.ENGINE_SILENT)
    rooms.qtbot.waitUntil(lambda: rooms.model_state.value == Ready(facts=FACTS))
    assert rooms.turns()[-1].state is TurnState.STOPPED
    assert rooms.front.notices == []


def test_that_stopping_before_anything_was_read_asks_nothing_of_the_engine(
    slow_rooms: Rooms,
) -> None:
    slow_rooms.controller.send("What is this?")
    slow_rooms.wait_for_state(TurnState.QUEUED)
    slow_rooms.controller.stop()
    assert slow_rooms.turns()[-1].state is TurnState.STOPPED
    (load,) = slow_rooms.engine.loads()
    slow_rooms.engine.finish_load(load)
    slow_rooms.qtbot.waitUntil(lambda: slow_rooms.model_state.value == Ready(facts=FACTS))
    slow_rooms.settle()
    assert slow_rooms.engine.answers() == []
    assert slow_rooms.engine.stopped == []


def test_that_a_question_during_loading_waits_and_is_not_lost(slow_rooms: Rooms) -> None:
    (load,) = slow_rooms.engine.loads()
    slow_rooms.engine.say(LoadProgress(request_id=load.request_id, fraction=0.5))
    slow_rooms.qtbot.waitUntil(
        lambda: slow_rooms.model_state.value == Loading(name="fake-1b", fraction=0.5)
    )
    slow_rooms.controller.send("What is this?")
    slow_rooms.wait_for_state(TurnState.QUEUED)
    assert slow_rooms.engine.answers() == []
    slow_rooms.engine.finish_load(load)
    slow_rooms.qtbot.waitUntil(lambda: len(slow_rooms.engine.answers()) == 1)
    slow_rooms.engine.write("A cat.")
    slow_rooms.engine.finish()
    slow_rooms.wait_for_text("A cat.")


def test_that_a_load_that_fails_is_told_once_and_loading_is_tried_again_with_the_next_question(
    slow_rooms: Rooms,
) -> None:
    slow_rooms.controller.send("first")
    slow_rooms.wait_for_state(TurnState.QUEUED)
    slow_rooms.controller.send("second")
    slow_rooms.qtbot.waitUntil(lambda: len(slow_rooms.turns()) == 4)
    (load,) = slow_rooms.engine.loads()
    slow_rooms.engine.fail(Problem.MODEL_TRUNCATED, "m.gguf", request_id=load.request_id)
    slow_rooms.wait_for_state(TurnState.FAILED)
    assert slow_rooms.model_state.value == Broken(problem=Problem.MODEL_TRUNCATED, detail="m.gguf")
    assert [turn.state for turn in slow_rooms.turns()[1::2]] == [TurnState.FAILED] * 2
    assert len(slow_rooms.front.notices) == 1
    slow_rooms.controller.send("third")
    slow_rooms.qtbot.waitUntil(lambda: len(slow_rooms.engine.loads()) == 2)
    slow_rooms.engine.finish_load(slow_rooms.engine.loads()[-1])
    slow_rooms.qtbot.waitUntil(lambda: len(slow_rooms.engine.answers()) == 1)


def test_that_a_load_can_be_tried_again_from_its_notice(slow_rooms: Rooms) -> None:
    (load,) = slow_rooms.engine.loads()
    slow_rooms.engine.fail(Problem.OUT_OF_MEMORY, request_id=load.request_id)
    slow_rooms.qtbot.waitUntil(lambda: len(slow_rooms.front.notices) == 1)
    slow_rooms.controller.act_on(slow_rooms.front.notices[0])
    assert len(slow_rooms.engine.loads()) == 2


def test_that_without_a_model_the_question_says_so(tmp_path: Path, qtbot: QtBot) -> None:
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    rooms.begin()
    rooms.loading.load(None)
    rooms.controller.send("What is this?")
    rooms.wait_for_state(TurnState.FAILED)
    assert rooms.turns()[-1].problem is Problem.MODEL_NOT_LOADED
    rooms.close()


def test_that_the_engines_death_keeps_the_text_and_the_next_question_is_answered(
    rooms: Rooms,
) -> None:
    rooms.ask("first")
    rooms.engine.write("Two ")
    rooms.engine.fail(Problem.ENGINE_KILLED, "SIGKILL")
    rooms.wait_for_state(TurnState.FAILED)
    assert rooms.turns()[-1].text == "Two "
    assert rooms.turns()[-1].problem is Problem.ENGINE_KILLED
    assert rooms.stored()[-1] == ("Two ", TurnState.FAILED)
    assert [notice.title for notice in rooms.front.notices] == ["The model was ended from outside."]
    rooms.ask("second")
    # After a restart the client loads the model again, under a number nobody asked for.
    again = RequestId(rooms.engine.next_id())
    rooms.engine.say(LoadProgress(request_id=again, fraction=0.5))
    rooms.qtbot.waitUntil(lambda: isinstance(rooms.model_state.value, Loading))
    rooms.engine.finish_load(rooms.engine.loads()[0])
    rooms.engine.write("Three cats.")
    rooms.engine.finish()
    rooms.wait_for_text("Three cats.")


def test_that_a_reload_that_fails_is_the_reason_the_answer_failed(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.engine.fail(Problem.ENGINE_CRASHED)
    rooms.wait_for_state(TurnState.FAILED)
    rooms.ask("second")
    again = RequestId(rooms.engine.next_id())
    rooms.engine.say(LoadProgress(request_id=again, fraction=0.5))
    rooms.engine.fail(Problem.OUT_OF_MEMORY, request_id=again)
    rooms.engine.fail(Problem.MODEL_NOT_LOADED)
    rooms.wait_for_state(TurnState.FAILED)
    assert rooms.turns()[-1].problem is Problem.OUT_OF_MEMORY
    assert isinstance(rooms.model_state.value, Broken)


def test_that_an_idle_engines_death_is_not_worth_a_word(rooms: Rooms) -> None:
    rooms.ask_and_answer("first", "one")
    rooms.engine.say(EngineDied(problem=Problem.ENGINE_KILLED))
    rooms.ask_and_answer("second", "two")
    assert rooms.front.notices == []


def test_that_a_failed_answer_can_be_tried_again_from_its_notice(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.engine.fail(Problem.ENGINE_CRASHED)
    rooms.wait_for_state(TurnState.FAILED)
    rooms.controller.act_on(rooms.front.notices[0])
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    assert rooms.turns()[-1].version == 2


def test_that_an_answer_goes_on_in_the_background_and_a_question_elsewhere_waits(
    rooms: Rooms,
) -> None:
    rooms.ask("first chat")
    rooms.engine.write("One ")
    rooms.wait_for_text("One ")
    rooms.shelf.begin_new()
    rooms.controller.send("second chat")
    rooms.wait_for_state(TurnState.QUEUED)
    assert len(rooms.engine.answers()) == 1
    rooms.engine.write("two.")
    rooms.engine.finish()
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    assert rooms.texts() == ["second chat", ""]
    first = rooms.chats.chats()[-1]
    rooms.shelf.open(first.chat_id)
    rooms.wait_for_text("One two.")
    assert rooms.turns()[-1].state is TurnState.COMPLETE


def test_that_a_streaming_chat_is_shown_as_it_is_now_when_it_is_opened_again(
    rooms: Rooms,
) -> None:
    rooms.ask("first chat")
    chat_id = rooms.chats.current
    assert chat_id is not None
    rooms.shelf.begin_new()
    rooms.engine.write("Not on ", "disk yet")
    rooms.qtbot.waitUntil(lambda: isinstance(rooms.model_state.value, Busy))
    rooms.shelf.open(chat_id)
    rooms.wait_for_text("Not on disk yet")
    rooms.engine.write(".")
    rooms.wait_for_text("Not on disk yet.")


def test_that_stop_in_another_chat_ends_what_the_model_writes(rooms: Rooms) -> None:
    rooms.ask("first chat")
    rooms.shelf.begin_new()
    rooms.controller.stop()
    assert len(rooms.engine.stopped) == 1


def test_that_closing_in_the_middle_of_an_answer_keeps_its_text(
    tmp_path: Path, qtbot: QtBot
) -> None:
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    rooms.begin()
    rooms.ask("first")
    rooms.engine.write("Half an ")
    rooms.wait_for_text("Half an ")
    rooms.close()
    again = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    again.begin()
    assert again.stored()[-1] == ("Half an ", TurnState.STOPPED)
    again.close()


def test_that_an_answer_that_cannot_be_saved_is_told_once_and_stays_on_screen(
    rooms: Rooms,
) -> None:
    answer_on_a_full_disk(rooms)
    (notice,) = rooms.front.notices
    assert notice.title == "This answer is not saved yet."
    assert notice.explanation.startswith("The disk is full.")
    assert rooms.turns()[-1].text == LONG_ANSWER


def test_that_an_answer_that_ended_unsaved_is_saved_when_there_is_room(rooms: Rooms) -> None:
    answer_on_a_full_disk(rooms)
    make_room(rooms)
    rooms.qtbot.waitUntil(lambda: rooms.stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE))
    titles = [notice.title for notice in rooms.front.notices]
    assert titles == ["This answer is not saved yet.", "Everything is saved now."]


def test_that_an_unsaved_answer_is_in_the_chat_that_is_opened_again(rooms: Rooms) -> None:
    answer_on_a_full_disk(rooms)
    chat_id = rooms.chats.chats()[0].chat_id
    rooms.shelf.begin_new()
    rooms.shelf.open(chat_id)
    rooms.wait_for_text(LONG_ANSWER)


def test_that_the_next_question_goes_along_with_an_unsaved_answer(rooms: Rooms) -> None:
    answer_on_a_full_disk(rooms)
    make_room(rooms)
    # Nobody tries again before the question is sent.
    rooms.queue._saver._timer.stop()
    rooms.ask("and then?")
    texts = [message.parts[0] for message in rooms.engine.answers()[-1].messages]
    assert Text(text=LONG_ANSWER) in texts


def test_that_an_unsaved_answer_is_saved_once_more_at_the_end(rooms: Rooms) -> None:
    answer_on_a_full_disk(rooms)
    ends: list[RuntimeFailure | None] = []
    rooms.queue.settle(ends.append)
    rooms.qtbot.waitUntil(lambda: len(ends) == 1)
    assert ends[0] is not None
    assert ends[0].problem is Problem.DISK_FULL
    make_room(rooms)
    rooms.queue.settle(ends.append)
    rooms.qtbot.waitUntil(lambda: len(ends) == 2)
    assert ends[1] is None
    assert rooms.stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE)


def answer_on_a_full_disk(rooms: Rooms) -> None:
    """Have a question answered at greater length than the store has room for."""
    rooms.ask("first")
    rooms.room.run(lambda store: store._connection.execute("PRAGMA max_page_count = 1"))
    rooms.engine.write(LONG_ANSWER)
    rooms.engine.finish()
    rooms.wait_for_state(TurnState.COMPLETE)
    rooms.qtbot.waitUntil(lambda: len(rooms.front.notices) == 1)
    rooms.settle()


def make_room(rooms: Rooms) -> None:
    rooms.room.run(lambda store: store._connection.execute("PRAGMA max_page_count = 1000000"))
    rooms.settle()


def test_that_an_engine_that_does_not_react_can_be_restarted_from_its_notice(
    rooms: Rooms,
) -> None:
    rooms.ask("first")
    rooms.engine.say(EngineUnresponsive())
    rooms.qtbot.waitUntil(lambda: len(rooms.front.notices) == 1)
    (notice,) = rooms.front.notices
    assert notice.action == "Restart the model"
    rooms.desk.act_on(notice)
    assert rooms.engine.restarts == 1


def test_that_a_question_whose_engine_was_restarted_is_asked_again(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.engine.fail(Problem.ENGINE_SILENT)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    rooms.engine.write("one")
    rooms.engine.finish()
    rooms.wait_for_state(TurnState.COMPLETE)
    assert rooms.texts() == ["first", "one"]


def test_that_a_question_is_not_asked_again_for_ever(rooms: Rooms) -> None:
    rooms.ask("first")
    rooms.engine.fail(Problem.ENGINE_SILENT)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    rooms.engine.fail(Problem.ENGINE_SILENT)
    rooms.wait_for_state(TurnState.FAILED)
