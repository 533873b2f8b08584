"""InlineQuestion an engine that follows a script."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.ask import AskArguments
from app.cli.ask_session import AskSession
from app.cli.console import Console
from runtime.content import Role, text_message
from runtime.events import (
    AnswerSeconds,
    EngineDied,
    Event,
    Failed,
    Finish,
    Finished,
    PictureProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
    TokenCounts,
)
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import AnswerRequest, ModelFiles, Request, RequestId

ONE = RequestId(1)
QUESTION = (text_message(Role.USER, "What is it?"),)
DONE = Finished(request_id=ONE, finish=Finish.STOP, tokens=TokenCounts(), seconds=AnswerSeconds())


class ScriptedEngine:
    """Says what it was told to say."""

    def __init__(self, *events: Event) -> None:
        self._script = events
        self.requests: list[Request] = []
        self.stopped: list[RequestId] = []

    def next_id(self) -> RequestId:
        return RequestId(len(self.requests) + 1)

    def submit(self, request: Request) -> None:
        self.requests.append(request)

    def stop(self, request_id: RequestId) -> None:
        self.stopped.append(request_id)

    def events(self) -> Iterator[Event]:
        yield from self._script


def arguments(**changes: object) -> AskArguments:
    values: dict[str, object] = {
        "questions": ("What is it?",),
        "attachments": (),
        "files": None,
        "thinking": True,
        "temperature": 0.5,
        "seed": 7,
        "max_tokens": 20,
        "as_json": False,
    }
    return AskArguments(**(values | changes))  # type: ignore[arg-type]


def make_asker(
    *events: Event, shows_answers: bool = True
) -> tuple[AskSession, ScriptedEngine, io.StringIO]:
    engine, out = ScriptedEngine(*events), io.StringIO()
    return AskSession(engine, Console(out, io.StringIO()), shows_answers=shows_answers), engine, out


def test_that_the_answer_streams_and_the_thinking_stays_apart() -> None:
    asker, _, out = make_asker(
        PictureProgress(request_id=ONE, number=1, count=1),
        ThinkingPiece(request_id=ONE, text="I look."),
        TextPiece(request_id=ONE, text="Two "),
        SpeedReport(request_id=ONE, tokens_per_second=9.0),
        TextPiece(request_id=ONE, text="cats."),
        DONE,
    )
    answer = asker.ask(arguments(), QUESTION)
    assert (answer.text, answer.thinking, answer.finished) == ("Two cats.", "I look.", DONE)
    assert out.getvalue() == "Two cats.\n"


def test_that_nothing_is_shown_while_records_are_wanted() -> None:
    asker, _, out = make_asker(TextPiece(request_id=ONE, text="Two"), DONE, shows_answers=False)
    asker.ask(arguments(), QUESTION)
    assert out.getvalue() == ""


def test_that_the_options_reach_the_engine() -> None:
    asker, engine, _ = make_asker(DONE)
    asker.ask(arguments(), QUESTION)
    (request,) = engine.requests
    assert isinstance(request, AnswerRequest)
    assert request.messages == QUESTION
    assert request.thinking is True
    assert (request.sampling.temperature, request.sampling.seed) == (0.5, 7)
    assert request.max_tokens == 20


@pytest.mark.parametrize(
    "ending",
    [
        Failed(request_id=ONE, problem=Problem.ENGINE_KILLED, detail="SIGKILL"),
        EngineDied(problem=Problem.ENGINE_KILLED, detail="SIGKILL"),
    ],
)
def test_that_a_dead_engine_is_a_failure_and_ends_the_line(ending: Event) -> None:
    asker, _, out = make_asker(TextPiece(request_id=ONE, text="Two"), ending)
    with pytest.raises(RuntimeFailure) as failure:
        asker.ask(arguments(), QUESTION)
    assert (failure.value.problem, failure.value.detail) == (Problem.ENGINE_KILLED, "SIGKILL")
    assert out.getvalue() == "Two\n"


def test_that_an_engine_that_falls_silent_is_a_failure() -> None:
    asker, _, _ = make_asker()
    with pytest.raises(RuntimeFailure) as failure:
        asker.load(ModelFiles(model=Path("a.gguf")))
    assert failure.value.problem is Problem.ENGINE_CRASHED


def test_that_nothing_begins_after_a_stop() -> None:
    asker, engine, _ = make_asker(DONE)
    asker.stop()
    with pytest.raises(KeyboardInterrupt):
        asker.ask(arguments(), QUESTION)
    assert engine.requests == []
