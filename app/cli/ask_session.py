"""Puts requests to the engine one after the other and shows what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, assert_never

from app.cli.console import Console
from runtime.content import Message
from runtime.events import (
    EngineDied,
    EngineUnresponsive,
    Event,
    Failed,
    Finished,
    Loaded,
    LoadProgress,
    PictureProgress,
    PrefillDone,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
)
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import (
    AnswerRequest,
    LoadRequest,
    ModelFiles,
    Request,
    RequestId,
    SamplingOptions,
)


class Engine(Protocol):
    """As much of `runtime.client.EngineClient` as is used here."""

    def next_id(self) -> RequestId:
        """A number for a new request."""

    def submit(self, request: Request) -> None:
        """Ask for something."""

    def stop(self, request_id: RequestId) -> None:
        """Stop a request and all before it."""

    def events(self) -> Iterator[Event]:
        """What the engine says."""


class AskOptions(Protocol):
    """How a question shall be answered; `app.cli.ask.AskArguments` are such."""

    @property
    def thinking(self) -> bool | None:
        """Whether the model thinks first; None is the model's default."""

    @property
    def temperature(self) -> float | None:
        """0 always takes the likeliest token; None is as the model's publisher says."""

    @property
    def seed(self) -> int | None:
        """Makes answers repeatable."""

    @property
    def max_tokens(self) -> int | None:
        """The longest answer, thinking included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer."""

    text: str
    thinking: str
    finished: Finished


class AskSession:
    """One engine, asked one thing at a time."""

    def __init__(self, engine: Engine, console: Console, *, shows_answers: bool) -> None:
        self._engine = engine
        self._console = console
        self._shows_answers = shows_answers
        self._events = engine.events()
        self._current = RequestId(0)
        self._stopped = False

    def stop(self) -> None:
        """Stop what is being done and begin nothing more; safe in a signal handler."""
        self._stopped = True
        self._engine.stop(self._current)

    def load(self, files: ModelFiles) -> Loaded:
        """Load a model.

        Raises:
            RuntimeFailure: it cannot be used
            KeyboardInterrupt: stopped before it began
        """
        self._begin()
        self._engine.submit(LoadRequest(request_id=self._current, files=files))
        for event in self._events:
            match event:
                case LoadProgress():
                    self._console.progress(f"Loading the model: {event.fraction:.0%}")
                case Loaded():
                    self._console.clear_progress()
                    return event
                case Failed() | EngineDied():
                    raise RuntimeFailure(event.problem, event.detail)
                case _:
                    # Nothing else is open that could say anything.
                    continue
        raise RuntimeFailure(Problem.ENGINE_CRASHED)

    def ask(self, options: AskOptions, messages: tuple[Message, ...]) -> Answer:
        """Have a conversation's last message answered.

        Raises:
            RuntimeFailure: the engine could not
            KeyboardInterrupt: stopped before it began
        """
        self._begin()
        sampling = SamplingOptions(temperature=options.temperature, seed=options.seed)
        self._engine.submit(
            AnswerRequest(
                request_id=self._current,
                messages=messages,
                thinking=options.thinking,
                sampling=sampling,
                max_tokens=options.max_tokens,
            )
        )
        return self._listen()

    def _begin(self) -> None:
        self._current = self._engine.next_id()
        # Looked at after the number is known, so that no stop falls between the two.
        if self._stopped:
            raise KeyboardInterrupt

    def _listen(self) -> Answer:
        text, thinking = "", ""
        for event in self._events:
            match event:
                case TextPiece():
                    text += event.text
                    self._show(event.text)
                case ThinkingPiece():
                    thinking += event.text
                    self._console.progress("Thinking")
                case PictureProgress():
                    self._console.progress(f"Looking at picture {event.number} of {event.count}")
                case PromptProgress():
                    self._console.progress(f"Reading: {event.read} of {event.total}")
                case Finished():
                    self._end()
                    return Answer(text=text, thinking=thinking, finished=event)
                case Failed() | EngineDied():
                    if text:
                        self._end()
                    raise RuntimeFailure(event.problem, event.detail)
                case EngineUnresponsive():
                    self._console.progress("The model does not react. Ctrl+C ends it")
                case SpeedReport() | LoadProgress() | Loaded() | PrefillDone():
                    # Not worth a line on a terminal.
                    pass
                case _:
                    assert_never(event)
        raise RuntimeFailure(Problem.ENGINE_CRASHED)

    def _show(self, text: str) -> None:
        if self._shows_answers:
            self._console.piece(text)

    def _end(self) -> None:
        self._console.clear_progress()
        if self._shows_answers:
            self._console.end_line()
