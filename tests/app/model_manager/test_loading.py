"""Loading, cancelling, switching and resting, with a conversation around it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.chat_session import TARGET, ChatSession
from helpers.fake_engine import FACTS, FakeEngineClient
from pytestqt.qtbot import QtBot

from app.chat.turns import TurnState
from app.engine.model_state import Broken, Loading, Ready, Resting
from app.model_manager.planner import target_of
from runtime.events import LoadProgress
from runtime.problems import Problem
from runtime.requests import LoadRequest, ModelFiles

OTHER = target_of(ModelFiles(model=Path("other-2b.gguf")))


@pytest.fixture
def session(tmp_path: Path, qtbot: QtBot) -> Iterator[ChatSession]:
    """A model that is loaded."""
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    session.begin()
    qtbot.waitUntil(lambda: isinstance(session.model_state.value, Ready))
    session.engine.loads_by_itself = False
    yield session
    session.close()


def newest_load(session: ChatSession, count: int) -> LoadRequest:
    session.qtbot.waitUntil(lambda: len(session.engine.loads()) == count)
    return session.engine.loads()[-1]


def test_that_a_question_wakes_a_resting_model_and_is_answered(session: ChatSession) -> None:
    assert session.loading.unload()
    assert session.model_state.value == Resting(name=TARGET.name)
    assert session.engine.rests == 1
    session.controller.send("Are you there?")
    load = newest_load(session, 2)
    assert load.files == TARGET.files
    session.engine.finish_load(load)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)
    session.engine.write("Yes.")
    session.engine.finish()
    session.wait_for_state(TurnState.COMPLETE)


def test_that_a_model_at_work_does_not_rest(session: ChatSession) -> None:
    session.ask("What is this?")
    assert not session.loading.unload()
    assert session.engine.rests == 0


def test_that_a_cancelled_start_rests_until_the_next_question(tmp_path: Path, qtbot: QtBot) -> None:
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient(loads_by_itself=False))
    session.begin()
    load = newest_load(session, 1)
    session.loading.cancel()
    assert session.engine.stopped == [load.request_id]
    session.engine.fail(Problem.LOAD_STOPPED, request_id=load.request_id)
    qtbot.waitUntil(lambda: session.model_state.value == Resting(name=TARGET.name))
    assert session.view.notifications == []
    session.controller.send("And now?")
    session.engine.finish_load(newest_load(session, 2))
    qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)
    session.close()


def test_that_a_cancelled_switch_goes_back_to_the_model_before(session: ChatSession) -> None:
    session.loading.load(OTHER)
    load = newest_load(session, 2)
    session.engine.say(LoadProgress(request_id=load.request_id, fraction=0.5))
    session.qtbot.waitUntil(
        lambda: session.model_state.value == Loading(name=OTHER.name, fraction=0.5)
    )
    session.loading.cancel()
    session.engine.fail(Problem.LOAD_STOPPED, request_id=load.request_id)
    session.qtbot.waitUntil(lambda: session.model_state.value == Resting(name=TARGET.name))
    session.controller.send("Still you?")
    assert newest_load(session, 3).files == TARGET.files


def test_that_a_load_waits_for_the_answer_at_the_engine(session: ChatSession) -> None:
    session.ask("What is this?")
    session.loading.load(OTHER)
    assert len(session.engine.loads()) == 1
    session.controller.send("And this?")
    session.engine.write("A cat.")
    session.engine.finish()
    load = newest_load(session, 2)
    assert load.files == OTHER.files
    assert len(session.engine.answers()) == 1
    session.engine.finish_load(load)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)


def test_that_a_question_whose_history_is_being_read_follows_the_new_model(
    session: ChatSession,
) -> None:
    go_on = threading.Event()
    session.controller.send("What is this?")
    session.task_pool.store.run(go_on.wait)
    session.qtbot.waitUntil(lambda: session.queue._current is not None)
    session.loading.load(OTHER)
    go_on.set()
    session.settle()
    assert session.engine.answers() == []
    session.engine.finish_load(newest_load(session, 2))
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 1)


def test_that_the_newest_of_two_choices_is_loaded(session: ChatSession) -> None:
    session.loading.load(OTHER)
    first = newest_load(session, 2)
    session.loading.load(TARGET)
    second = newest_load(session, 3)
    assert session.engine.stopped == [first.request_id]
    # The first was done before it heard of the stop.
    session.engine.finish_load(first)
    session.engine.fail(Problem.LOAD_STOPPED, request_id=first.request_id)
    session.settle()
    assert isinstance(session.model_state.value, Loading)
    session.engine.finish_load(second)
    session.qtbot.waitUntil(lambda: session.model_state.value == Ready(facts=FACTS))


def test_that_a_failed_switch_says_why(session: ChatSession) -> None:
    session.loading.load(OTHER)
    load = newest_load(session, 2)
    session.engine.fail(Problem.MODEL_TRUNCATED, "other-2b.gguf", request_id=load.request_id)
    session.qtbot.waitUntil(lambda: isinstance(session.model_state.value, Broken))
    assert session.view.notifications[-1].title == "“other-2b.gguf” is incomplete."


def test_that_an_engine_that_lost_its_model_loads_it_and_answers(session: ChatSession) -> None:
    session.ask("What is this?")
    session.engine.fail(Problem.MODEL_NOT_LOADED)
    session.engine.finish_load(newest_load(session, 2))
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    session.engine.write("A cat.")
    session.engine.finish()
    session.wait_for_state(TurnState.COMPLETE)


def test_that_an_engine_that_never_has_its_model_is_not_asked_for_ever(
    session: ChatSession,
) -> None:
    session.engine.loads_by_itself = True
    session.ask("What is this?")
    session.engine.fail(Problem.MODEL_NOT_LOADED)
    session.qtbot.waitUntil(lambda: len(session.engine.answers()) == 2)
    session.engine.fail(Problem.MODEL_NOT_LOADED)
    session.wait_for_state(TurnState.FAILED)
