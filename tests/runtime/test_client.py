"""The engine process from outside: death, stops, restarts, bad models."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from helpers.engines import RunningEngine, question
from helpers.model_files import write_wider_projector
from helpers.pictures import make_cases

from runtime import client
from runtime.content import Image, Role, text_message
from runtime.events import (
    EngineDied,
    EngineUnresponsive,
    Failed,
    Finish,
    Finished,
    Loaded,
    PromptProgress,
    TextPiece,
)
from runtime.models.installed_model import demo_model_files
from runtime.problems import Problem
from runtime.requests import LoadRequest, ModelFiles

pytestmark = pytest.mark.model

LONG = "Count from 1 to 20."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    engine = RunningEngine(tmp_path / "log")
    yield engine
    engine.close()


def kill(engine: RunningEngine) -> None:
    process_id = engine.client.process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)


def test_that_a_question_asked_while_loading_waits_for_the_model(engine: RunningEngine) -> None:
    load_number = engine.client.next_id()
    engine.client.submit(LoadRequest(request_id=load_number, files=demo_model_files()))
    number = engine.submit([question("Hello!")])
    assert engine.wait_for(number).text == "Hello! How can I help you?"
    (loaded,) = [e for e in engine.wait_for(load_number).events if isinstance(e, Loaded)]
    assert loaded.facts.demonstration
    assert loaded.facts.device == "CPU"


def test_that_a_question_without_a_model_says_so(engine: RunningEngine) -> None:
    assert engine.ask(question("Hello!")).failed.problem is Problem.MODEL_NOT_LOADED


def test_that_a_killed_engine_keeps_what_was_said_and_answers_the_next(
    engine: RunningEngine,
) -> None:
    engine.load()
    number = engine.submit([text_message(Role.USER, LONG)])
    engine.wait_for(number, (TextPiece,))
    os.kill(engine.client.process_id or 0, signal.SIGSTOP)
    kill(engine)
    reply = engine.wait_for(number)
    assert reply.failed.problem is Problem.ENGINE_KILLED
    assert reply.text
    assert engine.ask(question("Hello!")).text == "Hello! How can I help you?"


def test_that_a_stopped_request_does_not_stop_the_reload_after_a_death(
    engine: RunningEngine,
) -> None:
    engine.load()
    number = engine.submit([question(LONG)])
    engine.client.stop(number)
    assert engine.wait_for(number).finished.finish is Finish.STOPPED
    kill(engine)
    engine.wait_for_any(EngineDied)
    assert engine.ask(question("Hello!")).text == "Hello! How can I help you?"


def test_that_an_idle_engine_that_dies_is_announced(engine: RunningEngine) -> None:
    engine.load()
    kill(engine)
    died = engine.wait_for_any(EngineDied)
    assert isinstance(died, EngineDied)
    assert died.problem is Problem.ENGINE_KILLED


def test_that_a_stop_before_the_turn_of_a_question_ends_it_unread(engine: RunningEngine) -> None:
    engine.load()
    first = engine.submit([question(LONG)])
    second = engine.submit([question("Hello!")])
    engine.client.stop(second)
    assert engine.wait_for(first).finished.finish in {Finish.STOPPED, Finish.STOP}
    last = engine.wait_for(second).finished
    assert (last.finish, last.tokens.generated) == (Finish.STOPPED, 0)


def test_that_a_stop_ends_the_reading_of_a_long_prompt(engine: RunningEngine) -> None:
    engine.load()
    number = engine.submit([question("hello " * 3900)])
    engine.wait_for(number, (PromptProgress,))
    engine.client.stop(number)
    finished = engine.wait_for(number).finished
    assert finished.finish is Finish.STOPPED
    assert finished.tokens.generated == 0


def test_that_no_process_is_left_after_closing_mid_answer(tmp_path: Path) -> None:
    engine = RunningEngine(tmp_path)
    engine.load()
    number = engine.submit([question(LONG)])
    engine.wait_for(number, (TextPiece, Finished))
    process = psutil.Process(engine.client.process_id)
    engine.close()
    assert not process.is_running()


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    """Our own copies of the demo model's files, to be damaged."""
    demo = demo_model_files()
    assert demo.projector is not None
    copies = ModelFiles(model=tmp_path / "m.gguf", projector=tmp_path / "p.gguf")
    copies.model.write_bytes(demo.model.read_bytes())
    assert copies.projector is not None
    copies.projector.write_bytes(demo.projector.read_bytes())
    return copies


def load_problem(engine: RunningEngine, files: ModelFiles) -> Problem:
    problem = engine.load(files).failed.problem
    # Whatever the file, the process lives and the next model loads.
    assert engine.load().events
    assert engine.ask(question("Hello!")).text
    return problem


def test_that_a_truncated_model_is_named(engine: RunningEngine, files: ModelFiles) -> None:
    data = files.model.read_bytes()
    files.model.write_bytes(data[: len(data) * 9 // 10])
    assert load_problem(engine, files) is Problem.MODEL_TRUNCATED


def test_that_a_web_page_saved_as_a_model_is_named(
    engine: RunningEngine, files: ModelFiles
) -> None:
    files.model.write_text("<!DOCTYPE html><title>404</title>")
    assert load_problem(engine, files) is Problem.MODEL_NOT_GGUF


def test_that_an_unknown_architecture_is_named(engine: RunningEngine, files: ModelFiles) -> None:
    data = files.model.read_bytes()
    files.model.write_bytes(data.replace(b"qwen35", b"qwen99"))
    assert load_problem(engine, files) is Problem.MODEL_UNKNOWN_ARCHITECTURE


def test_that_a_projector_given_as_a_model_is_named(
    engine: RunningEngine, files: ModelFiles
) -> None:
    assert files.projector is not None
    swapped = replace(files, model=files.projector)
    assert load_problem(engine, swapped) is Problem.MODEL_IS_PROJECTOR


def test_that_a_model_given_as_a_projector_is_named(
    engine: RunningEngine, files: ModelFiles
) -> None:
    swapped = replace(files, projector=files.model)
    assert load_problem(engine, swapped) is Problem.PROJECTOR_UNUSABLE


def test_that_a_projector_of_another_model_size_is_named(
    engine: RunningEngine, files: ModelFiles
) -> None:
    assert files.projector is not None
    write_wider_projector(files.projector)
    assert load_problem(engine, files) is Problem.PROJECTOR_MISMATCH


def test_that_a_truncated_projector_is_named(engine: RunningEngine, files: ModelFiles) -> None:
    assert files.projector is not None
    data = files.projector.read_bytes()
    files.projector.write_bytes(data[: len(data) // 2])
    assert load_problem(engine, files) is Problem.PROJECTOR_UNUSABLE


def test_that_a_missing_model_is_named(engine: RunningEngine, files: ModelFiles) -> None:
    files.model.unlink()
    assert load_problem(engine, files) is Problem.MODEL_MISSING


def test_that_a_missing_picture_fails_the_question_alone(
    engine: RunningEngine, tmp_path: Path
) -> None:
    engine.load()
    reply = engine.ask(question("What is it?", Image(path=tmp_path / "gone.png")))
    assert reply.failed.problem is Problem.FILE_MISSING
    case = make_cases(seed=2, count=1)[0]
    case.picture.save(tmp_path / "here.png")
    assert (
        engine.ask(question(case.question, Image(path=tmp_path / "here.png"))).text == case.answer
    )


def test_that_failures_leave_no_words_of_the_user_in_the_log(tmp_path: Path) -> None:
    engine = RunningEngine(tmp_path)
    engine.load()
    engine.ask(question("Repeat after me: xyzzy"))
    engine.ask(question("xyzzy " * 5000))
    engine.close()
    text = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert "xyzzy" not in text
    assert isinstance(text, str)
    assert "prompt of" in text


def test_that_a_failed_load_is_not_repeated_for_the_next_question(
    engine: RunningEngine, files: ModelFiles
) -> None:
    files.model.unlink()
    assert isinstance(engine.load(files).events[-1], Failed)
    kill(engine)
    engine.wait_for_any(EngineDied)
    assert engine.ask(question("Hello!")).failed.problem is Problem.MODEL_NOT_LOADED


def test_that_a_resting_engine_ends_in_silence_and_the_next_load_starts_another(
    engine: RunningEngine,
) -> None:
    engine.load()
    engine.client.rest()
    end = time.monotonic() + 60
    while engine.client.process_id is not None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert isinstance(engine.load().events[-1], Loaded)
    assert engine.ask(question("Hello!")).text == "Hello! How can I help you?"
    assert not engine.has_seen(EngineDied)


def test_that_a_load_asked_for_while_the_engine_leaves_is_carried_out(
    engine: RunningEngine,
) -> None:
    engine.load()
    engine.client.rest()
    assert isinstance(engine.load().events[-1], Loaded)
    assert not engine.has_seen(EngineDied)


def test_that_a_killed_engine_leaves_no_folders(engine: RunningEngine) -> None:
    engine.load()
    scratch = Path(engine.client._temp_folder.name)
    assert [path for path in scratch.iterdir() if path.is_dir()]
    kill(engine)
    engine.wait_for_any(EngineDied)
    assert [path for path in scratch.iterdir() if path.is_dir()] == []


def suspend(engine: RunningEngine) -> None:
    """Have the process stand still, as a hung driver or a debugger does."""
    process_id = engine.client.process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGSTOP)


def test_that_a_process_that_stands_still_is_replaced_soon_after_a_stop(
    engine: RunningEngine,
) -> None:
    engine.load()
    number = engine.submit([text_message(Role.USER, LONG)])
    engine.wait_for(number, (TextPiece,))
    suspend(engine)
    begun = time.monotonic()
    engine.client.stop(number)
    assert engine.wait_for(number).failed.problem is Problem.ENGINE_SILENT
    assert engine.ask(question("Hello!")).text == "Hello! How can I help you?"
    # It was a minute; a few looks and the load of a small model are left.
    assert time.monotonic() - begun < 20


def test_that_a_process_that_stands_still_is_told_once_and_can_be_restarted(
    engine: RunningEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_UNRESPONSIVE_LOOKS", 2)
    engine.load()
    suspend(engine)
    number = engine.submit([question("Hello!")])
    engine.wait_for_any(EngineUnresponsive)
    engine.client.restart()
    assert engine.wait_for(number).failed.problem is Problem.ENGINE_SILENT
    assert engine.ask(question("Hello!")).text == "Hello! How can I help you?"
    assert engine.has_seen(EngineUnresponsive)


def test_that_a_long_load_is_not_taken_for_standing_still(
    engine: RunningEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_UNRESPONSIVE_LOOKS", 2)
    engine.load()
    for _ in range(3):
        assert engine.ask(text_message(Role.USER, LONG)).text
    assert not engine.has_seen(EngineUnresponsive)


@pytest.mark.logs_warnings
def test_that_closing_does_not_wait_for_a_process_that_stands_still(tmp_path: Path) -> None:
    engine = RunningEngine(tmp_path / "log")
    engine.load()
    suspend(engine)
    begun = time.monotonic()
    engine.close()
    assert time.monotonic() - begun < client._LEAVE_S
