from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fake_engine import FakeEngineClient
from helpers.rooms import TARGET, Rooms
from pytestqt.qtbot import QtBot

from app.engine.model_state import Loading, Ready, Resting
from app.model_manager.idle_unload import IdleRest


class Idle:
    """A model with somebody who lets it go."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.minutes = 15
        self.rest = IdleRest(
            loading=rooms.loading, state=rooms.model_state, minutes=lambda: self.minutes
        )

    def time_out(self) -> None:
        """The wait is over."""
        self.rest._timer.timeout.emit()


@pytest.fixture
def idle(tmp_path: Path, qtbot: QtBot) -> Iterator[Idle]:
    rooms = Rooms(tmp_path / "chats", qtbot, FakeEngineClient())
    idle = Idle(rooms)
    rooms.begin()
    qtbot.waitUntil(lambda: isinstance(rooms.model_state.value, Ready))
    yield idle
    idle.rest.end()
    rooms.close()


def test_that_the_wait_is_as_long_as_the_settings_say(idle: Idle) -> None:
    assert idle.rest.waits_ms == 15 * 60_000
    idle.minutes = 2
    idle.rest.begin_anew()
    assert idle.rest.waits_ms == 120_000


@pytest.mark.parametrize("minutes", [0, -3])
def test_that_a_model_can_be_kept_for_ever(idle: Idle, minutes: int) -> None:
    idle.minutes = minutes
    idle.rest.begin_anew()
    assert idle.rest.waits_ms is None


def test_that_any_number_in_the_settings_is_survived(idle: Idle) -> None:
    idle.minutes = 10**12
    idle.rest.begin_anew()
    assert idle.rest.waits_ms is not None


def test_that_nobody_waits_while_the_model_works(idle: Idle) -> None:
    idle.rooms.ask("What is this?")
    idle.rooms.engine.write("A ")
    idle.rooms.wait_for_text("A ")
    assert idle.rest.waits_ms is None
    idle.rooms.engine.finish()
    idle.rooms.qtbot.waitUntil(lambda: idle.rest.waits_ms is not None)


def test_that_a_model_that_nobody_needs_rests_and_can_be_woken(idle: Idle) -> None:
    idle.time_out()
    assert idle.rooms.model_state.value == Resting(name=TARGET.name)
    assert idle.rest.waits_ms is None
    idle.rest.wake()
    assert isinstance(idle.rooms.model_state.value, Loading)


def test_that_only_what_rests_is_woken(idle: Idle) -> None:
    idle.rest.wake()
    assert len(idle.rooms.engine.loads()) == 1
