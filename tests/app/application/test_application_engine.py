"""The real window with the real engine process and the real demonstration model."""

from collections.abc import Callable, Iterator

import psutil
import pytest
from helpers.destroying import destroy
from helpers.project import PICTURES
from pytestqt.qtbot import QtBot

from app.application.application import Application, WindowArguments
from app.chat.turns import OPEN_STATES, Turn, TurnState
from app.engine.model_state import Ready
from app.platform.paths import find_paths
from app.settings.settings import load_settings
from runtime.client import EngineClient

pytestmark = pytest.mark.model

PICTURE = PICTURES / "shape_1.png"
PATIENCE_MS = 60_000


@pytest.fixture
def client() -> EngineClient:
    return EngineClient(log_folder=find_paths().logs)


@pytest.fixture
def program(qtbot: QtBot, client: EngineClient) -> Iterator[Application]:
    paths = find_paths()
    program = Application(
        arguments=WindowArguments(),
        paths=paths,
        loaded=load_settings(paths.settings),
        client=client,
    )
    program.begin()
    yield program
    with qtbot.waitSignal(program.closed, timeout=PATIENCE_MS):
        program.window.close()
    destroy(program)


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE_MS)


def ask(qtbot: QtBot, program: Application, text: str) -> Turn:
    """Have a question answered, whatever the model is doing now."""
    before = len(program.transcript.turns())
    program.window.chat_actions.question_submitted.emit(text)
    wait(qtbot, lambda: len(program.transcript.turns()) == before + 2)
    wait(qtbot, lambda: program.transcript.turns()[-1].state not in OPEN_STATES)
    return program.transcript.turns()[-1]


def test_that_a_question_asked_while_the_model_loads_is_answered(
    qtbot: QtBot, program: Application
) -> None:
    answer = ask(qtbot, program, "What colour is the sky?")
    assert answer.state is TurnState.COMPLETE
    assert answer.text
    assert answer.tokens is not None


def test_that_a_picture_and_its_question_are_answered(qtbot: QtBot, program: Application) -> None:
    program.window.chat_actions.files_given.emit((PICTURE,))
    answer = ask(qtbot, program, "What shape is it?")
    assert answer.state is TurnState.COMPLETE
    assert answer.tokens is not None
    assert answer.tokens.pictures > 0


def test_that_an_engine_killed_while_idle_answers_the_next_question(
    qtbot: QtBot, program: Application, client: EngineClient
) -> None:
    wait(qtbot, lambda: isinstance(program.model_state.value, Ready))
    assert client.process_id is not None
    psutil.Process(client.process_id).kill()
    assert ask(qtbot, program, "What colour is the sky?").state is TurnState.COMPLETE


def test_that_an_engine_killed_while_it_answers_answers_the_next_question(
    qtbot: QtBot, program: Application, client: EngineClient
) -> None:
    wait(qtbot, lambda: isinstance(program.model_state.value, Ready))
    assert client.process_id is not None
    # Held still, so that it cannot be done before it is killed.
    engine = psutil.Process(client.process_id)
    engine.suspend()
    program.window.chat_actions.question_submitted.emit("What colour is the sky?")
    wait(qtbot, lambda: len(program.transcript.turns()) == 2)
    qtbot.waitUntil(lambda: program._chat.answers._current is not None, timeout=PATIENCE_MS)
    current = program._chat.answers._current
    assert current is not None
    wait(qtbot, lambda: current.request_id is not None)
    engine.kill()
    wait(qtbot, lambda: program.transcript.turns()[-1].state is TurnState.FAILED)
    assert ask(qtbot, program, "What colour is the sky?").state is TurnState.COMPLETE
