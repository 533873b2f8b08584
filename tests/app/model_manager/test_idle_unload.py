from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.chat_session import TARGET, ChatSession
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot

from app.engine.model_state import Loading, Ready, Resting
from app.model_manager.idle_unload import IdleUnload


class Idle:
    """A model with somebody who lets it go."""

    def __init__(self, session: ChatSession) -> None:
        self.session = session
        self.minutes = 15
        self.rest = IdleUnload(
            loading=session.loading, state=session.model_state, minutes=lambda: self.minutes
        )

    def time_out(self) -> None:
        """The wait is over."""
        self.rest._timer.timeout.emit()


@pytest.fixture
def idle(tmp_path: Path, qtbot: QtBot) -> Iterator[Idle]:
    session = ChatSession(tmp_path / "chats", qtbot, FakeEngineClient())
    idle = Idle(session)
    session.begin()
    qtbot.waitUntil(lambda: isinstance(session.model_state.value, Ready))
    yield idle
    idle.rest.end()
    session.close()


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
    idle.session.ask("What is this?")
    idle.session.engine.write("A ")
    idle.session.wait_for_text("A ")
    assert idle.rest.waits_ms is None
    idle.session.engine.finish()
    idle.session.qtbot.waitUntil(lambda: idle.rest.waits_ms is not None)


def test_that_a_model_that_nobody_needs_rests_and_can_be_woken(idle: Idle) -> None:
    idle.time_out()
    assert idle.session.model_state.value == Resting(name=TARGET.name)
    assert idle.rest.waits_ms is None
    idle.rest.wake()
    assert isinstance(idle.session.model_state.value, Loading)


def test_that_only_what_rests_is_woken(idle: Idle) -> None:
    idle.rest.wake()
    assert len(idle.session.engine.loads()) == 1
