from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.chat_session import ChatSession
from helpers.fake_engine import FACTS, SECONDS, TOKENS, FakeEngineClient
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
def slow_session(tmp_path: Path, qtbot: QtBot) -> Iterator[ChatSession]:
    """An engine that loads when the test says so."""
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient(loads_by_itself=False))
    session.begin()
    yield session
    session.close()


def test_that_pieces_join_into_one_answer_with_its_figures(session: ChatSession) -> None:
    session.ask("What is in this picture?")
    session.engine.write("Two ", "cats.")
    session.engine.finish()
    session.wait_for_state(TurnState.COMPLETE)
    answer = session.turns()[-1]
    assert answer.text == "Two cats."
    assert (answer.tokens, answer.seconds, answer.model_name) == (TOKENS, SECONDS, FACTS.name)
    assert session.stored() == [
        ("What is in this picture?", TurnState.COMPLETE),
        ("Two cats.", TurnState.COMPLETE),
    ]


def test_that_question_and_empty_answer_are_on_disk_before_the_engine_is_asked(
    session: ChatSession,
) -> None:
    session.ask("What is this?")
    assert session.stored() == [("What is this?", TurnState.COMPLETE), ("", TurnState.QUEUED)]


def test_that_text_is_on_disk_while_the_answer_streams(session: ChatSession) -> None:
    session.ask("What is this?")
    session.engine.write("Half an ")
    session.qtbot.waitUntil(lambda: session.stored()[-1] == ("Half an ", TurnState.WRITING))


@pytest.mark.parametrize(
    ("finish", "state"),
    [
        (Finish.STOP, TurnState.COMPLETE),
        (Finish.LENGTH, TurnState.CUT),
        (Finish.LOOP, TurnState.LOOPED),
        (Finish.STOPPED, TurnState.STOPPED),
    ],
)
def test_that_each_way_to_end_is_kept(
    session: ChatSession, finish: Finish, state: TurnState
) -> None:
    session.ask("What is this?")
    session.engine.finish(finish)
    session.wait_for_state(state)
    assert session.stored()[-1] == ("", state)


def test_that_every_step_is_shown_as_what_the_model_does(session: ChatSession) -> None:
    session.ask("What is this?")
    number = session.engine.answers()[-1].request_id
    seen: list[object] = []
    session.model_state.changed.connect(seen.append)
    session.engine.say(
        PictureProgress(request_id=number, number=1, count=2),
        PromptProgress(request_id=number, read=5, total=9),
        ThinkingPiece(request_id=number, text="Hm."),
        SpeedReport(request_id=number, tokens_per_second=5.0),
        TextPiece(request_id=number, text="A cat."),
        SpeedReport(request_id=number, tokens_per_second=7.0),
    )
    session.engine.finish()
    session.wait_for_state(TurnState.COMPLETE)
    assert seen == [
        Busy(facts=FACTS, activity=ReadingPicture(number=1, count=2)),
        Busy(facts=FACTS, activity=ReadingPrompt(read=5, total=9)),
        Busy(facts=FACTS, activity=Thinking()),
        Busy(facts=FACTS, activity=Answering(tokens_per_second=5.0)),
        Busy(facts=FACTS, activity=Answering(tokens_per_second=7.0)),
        Ready(facts=FACTS),
    ]
    assert session.turns()[-1].thinking == "Hm."


def test_that_a_stopped_answer_keeps_its_text_at_once(session: ChatSession) -> None:
    session.ask("What is this?")
    session.engine.write("Two ")
    session.wait_for_text("Two ")
    session.controller.stop()
    assert session.turns()[-1].state is TurnState.STOPPED
    assert session.engine.stopped == [session.engine.answers()[-1].request_id]
    assert session.model_state.value == Busy(facts=FACTS, activity=Stopping())
    session.engine.write("cats.")
    session.engine.finish(Finish.STOPPED)
    session.qtbot.waitUntil(lambda: session.model_state.value == Ready(facts=FACTS))
    assert session.stored()[-1] == ("Two ", TurnState.STOPPED)
    assert session.turns()[-1].tokens == TOKENS


def test_that_a_question_after_a_stop_waits_for_the_engine_to_be_free(session: ChatSession) -> None:
    session.ask("first")
    session.engine.write("Two ")
    session.wait_for_text("Two ")
    session.controller.stop()
    session.controller.send("second")
    session.wait_for_state(TurnState.QUEUED)
    assert len(session.engine.answers()) == 1
    session.engine.finish(Finish.STOPPED)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)


def test_that_a_stopped_answer_whose_engine_dies_stays_stopped(session: ChatSession) -> None:
    session.ask("first")
    session.engine.write("Two ")
    session.wait_for_text("Two ")
    session.controller.stop()
    session.engine.fail(Problem.ENGINE_SILENT)
    session.qtbot.waitUntil(lambda: session.model_state.value == Ready(facts=FACTS))
    assert session.turns()[-1].state is TurnState.STOPPED
    assert session.view.notifications == []


def test_that_stopping_before_anything_was_read_asks_nothing_of_the_engine(
    slow_session: ChatSession,
) -> None:
    slow_session.controller.send("What is this?")
    slow_session.wait_for_state(TurnState.QUEUED)
    slow_session.controller.stop()
    assert slow_session.turns()[-1].state is TurnState.STOPPED
    (load,) = slow_session.engine.loads()
    slow_session.engine.finish_load(load)
    slow_session.qtbot.waitUntil(lambda: slow_session.model_state.value == Ready(facts=FACTS))
    slow_session.settle()
    assert slow_session.engine.answers() == []
    assert slow_session.engine.stopped == []


def test_that_a_question_during_loading_waits_and_is_not_lost(slow_session: ChatSession) -> None:
    (load,) = slow_session.engine.loads()
    slow_session.engine.say(LoadProgress(request_id=load.request_id, fraction=0.5))
    slow_session.qtbot.waitUntil(
        lambda: slow_session.model_state.value == Loading(name="fake-1b", fraction=0.5)
    )
    slow_session.controller.send("What is this?")
    slow_session.wait_for_state(TurnState.QUEUED)
    assert slow_session.engine.answers() == []
    slow_session.engine.finish_load(load)
    slow_session.qtbot.waitUntil(lambda: len(slow_session.engine.answers()) == 1)
    slow_session.engine.write("A cat.")
    slow_session.engine.finish()
    slow_session.wait_for_text("A cat.")


def test_that_a_load_that_fails_is_told_once_and_loading_is_tried_again_with_the_next_question(
    slow_session: ChatSession,
) -> None:
    slow_session.controller.send("first")
    slow_session.wait_for_state(TurnState.QUEUED)
    slow_session.controller.send("second")
    slow_session.qtbot.waitUntil(lambda: len(slow_session.turns()) == 4)
    (load,) = slow_session.engine.loads()
    slow_session.engine.fail(Problem.MODEL_TRUNCATED, "m.gguf", request_id=load.request_id)
    slow_session.wait_for_state(TurnState.FAILED)
    assert slow_session.model_state.value == Broken(
        problem=Problem.MODEL_TRUNCATED, detail="m.gguf"
    )
    assert [turn.state for turn in slow_session.turns()[1::2]] == [TurnState.FAILED] * 2
    assert len(slow_session.view.notifications) == 1
    slow_session.controller.send("third")
    slow_session.qtbot.waitUntil(lambda: len(slow_session.engine.loads()) == 2)
    slow_session.engine.finish_load(slow_session.engine.loads()[-1])
    slow_session.qtbot.waitUntil(lambda: len(slow_session.engine.answers()) == 1)


def test_that_a_load_can_be_tried_again_from_its_notice(slow_session: ChatSession) -> None:
    (load,) = slow_session.engine.loads()
    slow_session.engine.fail(Problem.OUT_OF_MEMORY, request_id=load.request_id)
    slow_session.qtbot.waitUntil(lambda: len(slow_session.view.notifications) == 1)
    slow_session.controller.act_on(slow_session.view.notifications[0])
    assert len(slow_session.engine.loads()) == 2


def test_that_without_a_model_the_question_says_so(tmp_path: Path, qtbot: QtBot) -> None:
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    session.begin()
    session.loading.load(None)
    session.controller.send("What is this?")
    session.wait_for_state(TurnState.FAILED)
    assert session.turns()[-1].problem is Problem.MODEL_NOT_LOADED
    session.close()


def test_that_the_engines_death_keeps_the_text_and_the_next_question_is_answered(
    session: ChatSession,
) -> None:
    session.ask("first")
    session.engine.write("Two ")
    session.engine.fail(Problem.ENGINE_KILLED, "SIGKILL")
    session.wait_for_state(TurnState.FAILED)
    assert session.turns()[-1].text == "Two "
    assert session.turns()[-1].problem is Problem.ENGINE_KILLED
    assert session.stored()[-1] == ("Two ", TurnState.FAILED)
    assert [notification.title for notification in session.view.notifications] == [
        "The model was ended from outside."
    ]
    session.ask("second")
    # After a restart the client loads the model again, under a number nobody asked for.
    again = RequestId(session.engine.next_id())
    session.engine.say(LoadProgress(request_id=again, fraction=0.5))
    session.qtbot.waitUntil(lambda: isinstance(session.model_state.value, Loading))
    session.engine.finish_load(session.engine.loads()[0])
    session.engine.write("Three cats.")
    session.engine.finish()
    session.wait_for_text("Three cats.")


def test_that_a_reload_that_fails_is_the_reason_the_answer_failed(session: ChatSession) -> None:
    session.ask("first")
    session.engine.fail(Problem.ENGINE_CRASHED)
    session.wait_for_state(TurnState.FAILED)
    session.ask("second")
    again = RequestId(session.engine.next_id())
    session.engine.say(LoadProgress(request_id=again, fraction=0.5))
    session.engine.fail(Problem.OUT_OF_MEMORY, request_id=again)
    session.engine.fail(Problem.MODEL_NOT_LOADED)
    session.wait_for_state(TurnState.FAILED)
    assert session.turns()[-1].problem is Problem.OUT_OF_MEMORY
    assert isinstance(session.model_state.value, Broken)


def test_that_an_idle_engines_death_is_not_worth_a_word(session: ChatSession) -> None:
    session.ask_and_answer("first", "one")
    session.engine.say(EngineDied(problem=Problem.ENGINE_KILLED))
    session.ask_and_answer("second", "two")
    assert session.view.notifications == []


def test_that_a_failed_answer_can_be_tried_again_from_its_notice(session: ChatSession) -> None:
    session.ask("first")
    session.engine.fail(Problem.ENGINE_CRASHED)
    session.wait_for_state(TurnState.FAILED)
    session.controller.act_on(session.view.notifications[0])
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    assert session.turns()[-1].version == 2


def test_that_an_answer_goes_on_in_the_background_and_a_question_elsewhere_waits(
    session: ChatSession,
) -> None:
    session.ask("first chat")
    session.engine.write("One ")
    session.wait_for_text("One ")
    session.saved_chats.begin_new()
    session.controller.send("second chat")
    session.wait_for_state(TurnState.QUEUED)
    assert len(session.engine.answers()) == 1
    session.engine.write("two.")
    session.engine.finish()
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    assert session.texts() == ["second chat", ""]
    first = session.chats.chats()[-1]
    session.saved_chats.open(first.chat_id)
    session.wait_for_text("One two.")
    assert session.turns()[-1].state is TurnState.COMPLETE


def test_that_a_streaming_chat_is_shown_as_it_is_now_when_it_is_opened_again(
    session: ChatSession,
) -> None:
    session.ask("first chat")
    chat_id = session.chats.current
    assert chat_id is not None
    session.saved_chats.begin_new()
    session.engine.write("Not on ", "disk yet")
    session.qtbot.waitUntil(lambda: isinstance(session.model_state.value, Busy))
    session.saved_chats.open(chat_id)
    session.wait_for_text("Not on disk yet")
    session.engine.write(".")
    session.wait_for_text("Not on disk yet.")


def test_that_stop_in_another_chat_ends_what_the_model_writes(session: ChatSession) -> None:
    session.ask("first chat")
    session.saved_chats.begin_new()
    session.controller.stop()
    assert len(session.engine.stopped) == 1


def test_that_closing_in_the_middle_of_an_answer_keeps_its_text(
    tmp_path: Path, qtbot: QtBot
) -> None:
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    session.begin()
    session.ask("first")
    session.engine.write("Half an ")
    session.wait_for_text("Half an ")
    session.close()
    again = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    again.begin()
    assert again.stored()[-1] == ("Half an ", TurnState.STOPPED)
    again.close()


def test_that_an_answer_that_cannot_be_saved_is_told_once_and_stays_on_screen(
    session: ChatSession,
) -> None:
    answer_on_a_full_disk(session)
    (notification,) = session.view.notifications
    assert notification.title == "This answer is not saved yet."
    assert notification.explanation.startswith("The disk is full.")
    assert session.turns()[-1].text == LONG_ANSWER


def test_that_an_answer_that_ended_unsaved_is_saved_when_there_is_space(
    session: ChatSession,
) -> None:
    answer_on_a_full_disk(session)
    make_space(session)
    session.qtbot.waitUntil(lambda: session.stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE))
    titles = [notification.title for notification in session.view.notifications]
    assert titles == ["This answer is not saved yet.", "Everything is saved now."]


def test_that_an_unsaved_answer_is_in_the_chat_that_is_opened_again(session: ChatSession) -> None:
    answer_on_a_full_disk(session)
    chat_id = session.chats.chats()[0].chat_id
    session.saved_chats.begin_new()
    session.saved_chats.open(chat_id)
    session.wait_for_text(LONG_ANSWER)


def test_that_the_next_question_goes_along_with_an_unsaved_answer(session: ChatSession) -> None:
    answer_on_a_full_disk(session)
    make_space(session)
    # Nobody tries again before the question is sent.
    session.queue._saver._timer.stop()
    session.ask("and then?")
    texts = [message.parts[0] for message in session.engine.answers()[-1].messages]
    assert Text(text=LONG_ANSWER) in texts


def test_that_an_unsaved_answer_is_saved_once_more_at_the_end(session: ChatSession) -> None:
    answer_on_a_full_disk(session)
    ends: list[RuntimeFailure | None] = []
    session.queue.settle(ends.append)
    session.qtbot.waitUntil(lambda: len(ends) == 1)
    assert ends[0] is not None
    assert ends[0].problem is Problem.DISK_FULL
    make_space(session)
    session.queue.settle(ends.append)
    session.qtbot.waitUntil(lambda: len(ends) == 2)
    assert ends[1] is None
    assert session.stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE)


def answer_on_a_full_disk(session: ChatSession) -> None:
    """Have a question answered at greater length than the store has space for."""
    session.ask("first")
    session.store.run(lambda store: store._connection.execute("PRAGMA max_page_count = 1"))
    session.engine.write(LONG_ANSWER)
    session.engine.finish()
    session.wait_for_state(TurnState.COMPLETE)
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1)
    session.settle()


def make_space(session: ChatSession) -> None:
    session.store.run(lambda store: store._connection.execute("PRAGMA max_page_count = 1000000"))
    session.settle()


def test_that_an_engine_that_does_not_react_can_be_restarted_from_its_notice(
    session: ChatSession,
) -> None:
    session.ask("first")
    session.engine.say(EngineUnresponsive())
    session.qtbot.waitUntil(lambda: len(session.view.notifications) == 1)
    (notification,) = session.view.notifications
    assert notification.action == "Restart the model"
    session.notification_center.act_on(notification)
    assert session.engine.restarts == 1


def test_that_a_question_whose_engine_was_restarted_is_asked_again(session: ChatSession) -> None:
    session.ask("first")
    session.engine.fail(Problem.ENGINE_SILENT)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    session.engine.write("one")
    session.engine.finish()
    session.wait_for_state(TurnState.COMPLETE)
    assert session.texts() == ["first", "one"]


def test_that_a_question_is_not_asked_again_for_ever(session: ChatSession) -> None:
    session.ask("first")
    session.engine.fail(Problem.ENGINE_SILENT)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    session.engine.fail(Problem.ENGINE_SILENT)
    session.wait_for_state(TurnState.FAILED)
