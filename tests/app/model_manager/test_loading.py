"""Loading, cancelling, switching and resting, with a conversation around it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fake_engine import FACTS, FakeEngineClient
from helpers.rooms import TARGET, Rooms
from pytestqt.qtbot import QtBot

from app.chat.turns import TurnState
from app.engine.model_state import Broken, Loading, Ready, Resting
from app.model_manager.planner import target_of
from runtime.events import LoadProgress
from runtime.problems import Problem
from runtime.requests import LoadRequest, ModelFiles

OTHER = target_of(ModelFiles(model=Path("other-2b.gguf")))


@pytest.fixture
def rooms(tmp_path: Path, qtbot: QtBot) -> Iterator[Rooms]:
    """A model that is loaded."""
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    rooms.begin()
    qtbot.waitUntil(lambda: isinstance(rooms.model_state.value, Ready))
    rooms.engine.loads_by_itself = False
    yield rooms
    rooms.close()


def newest_load(rooms: Rooms, count: int) -> LoadRequest:
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.loads()) == count)
    return rooms.engine.loads()[-1]


def test_that_a_question_wakes_a_resting_model_and_is_answered(rooms: Rooms) -> None:
    assert rooms.loading.unload()
    assert rooms.model_state.value == Resting(name=TARGET.name)
    assert rooms.engine.rests == 1
    rooms.controller.send("Are you there?")
    load = newest_load(rooms, 2)
    assert load.files == TARGET.files
    rooms.engine.finish_load(load)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)
    rooms.engine.write("Yes.")
    rooms.engine.finish()
    rooms.wait_for_state(TurnState.COMPLETE)


def test_that_a_model_at_work_does_not_rest(rooms: Rooms) -> None:
    rooms.ask("What is this?")
    assert not rooms.loading.unload()
    assert rooms.engine.rests == 0


def test_that_a_cancelled_start_rests_until_the_next_question(tmp_path: Path, qtbot: QtBot) -> None:
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient(loads_by_itself=False))
    rooms.begin()
    load = newest_load(rooms, 1)
    rooms.loading.cancel()
    assert rooms.engine.stopped == [load.request_id]
    rooms.engine.fail(Problem.LOAD_STOPPED, request_id=load.request_id)
    qtbot.waitUntil(lambda: rooms.model_state.value == Resting(name=TARGET.name))
    assert rooms.front.notices == []
    rooms.controller.send("And now?")
    rooms.engine.finish_load(newest_load(rooms, 2))
    qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)
    rooms.close()


def test_that_a_cancelled_switch_goes_back_to_the_model_before(rooms: Rooms) -> None:
    rooms.loading.load(OTHER)
    load = newest_load(rooms, 2)
    rooms.engine.say(LoadProgress(request_id=load.request_id, fraction=0.5))
    rooms.qtbot.waitUntil(lambda: rooms.model_state.value == Loading(name=OTHER.name, fraction=0.5))
    rooms.loading.cancel()
    rooms.engine.fail(Problem.LOAD_STOPPED, request_id=load.request_id)
    rooms.qtbot.waitUntil(lambda: rooms.model_state.value == Resting(name=TARGET.name))
    rooms.controller.send("Still you?")
    assert newest_load(rooms, 3).files == TARGET.files


def test_that_a_load_waits_for_the_answer_at_the_engine(rooms: Rooms) -> None:
    rooms.ask("What is this?")
    rooms.loading.load(OTHER)
    assert len(rooms.engine.loads()) == 1
    rooms.controller.send("And this?")
    rooms.engine.write("A cat.")
    rooms.engine.finish()
    load = newest_load(rooms, 2)
    assert load.files == OTHER.files
    assert len(rooms.engine.answers()) == 1
    rooms.engine.finish_load(load)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)


def test_that_a_question_whose_history_is_being_read_follows_the_new_model(rooms: Rooms) -> None:
    go_on = threading.Event()
    rooms.controller.send("What is this?")
    rooms.background.store.run(go_on.wait)
    rooms.qtbot.waitUntil(lambda: rooms.queue._current is not None)
    rooms.loading.load(OTHER)
    go_on.set()
    rooms.settle()
    assert rooms.engine.answers() == []
    rooms.engine.finish_load(newest_load(rooms, 2))
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 1)


def test_that_the_newest_of_two_choices_is_loaded(rooms: Rooms) -> None:
    rooms.loading.load(OTHER)
    first = newest_load(rooms, 2)
    rooms.loading.load(TARGET)
    second = newest_load(rooms, 3)
    assert rooms.engine.stopped == [first.request_id]
    # The first was done before it heard of the stop.
    rooms.engine.finish_load(first)
    rooms.engine.fail(Problem.LOAD_STOPPED, request_id=first.request_id)
    rooms.settle()
    assert isinstance(rooms.model_state.value, Loading)
    rooms.engine.finish_load(second)
    rooms.qtbot.waitUntil(lambda: rooms.model_state.value == Ready(facts=FACTS))


def test_that_a_failed_switch_says_why(rooms: Rooms) -> None:
    rooms.loading.load(OTHER)
    load = newest_load(rooms, 2)
    rooms.engine.fail(Problem.MODEL_TRUNCATED, "other-2b.gguf", request_id=load.request_id)
    rooms.qtbot.waitUntil(lambda: isinstance(rooms.model_state.value, Broken))
    assert rooms.front.notices[-1].title == "“other-2b.gguf” is incomplete."


def test_that_an_engine_that_lost_its_model_loads_it_and_answers(rooms: Rooms) -> None:
    rooms.ask("What is this?")
    rooms.engine.fail(Problem.MODEL_NOT_LOADED)
    rooms.engine.finish_load(newest_load(rooms, 2))
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    rooms.engine.write("A cat.")
    rooms.engine.finish()
    rooms.wait_for_state(TurnState.COMPLETE)


def test_that_an_engine_that_never_has_its_model_is_not_asked_for_ever(rooms: Rooms) -> None:
    rooms.engine.loads_by_itself = True
    rooms.ask("What is this?")
    rooms.engine.fail(Problem.MODEL_NOT_LOADED)
    rooms.qtbot.waitUntil(lambda: len(rooms.engine.answers()) == 2)
    rooms.engine.fail(Problem.MODEL_NOT_LOADED)
    rooms.wait_for_state(TurnState.FAILED)
