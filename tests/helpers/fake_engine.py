"""An engine that says what a test has it say."""

import queue
from collections.abc import Iterator

from runtime.events import (
    AnswerSeconds,
    Event,
    Failed,
    Finish,
    Finished,
    Loaded,
    ModelFacts,
    TextPiece,
    TokenCounts,
)
from runtime.problems import Problem
from runtime.requests import AnswerRequest, LoadRequest, Request, RequestId

FACTS = ModelFacts(
    name="Fake 1B",
    device="CPU",
    context_length=4096,
    sees=True,
    thinks_by_default=False,
    demonstration=False,
)
TOKENS = TokenCounts(prompt=10, reused=2, read=8, pictures=0, generated=3, passes=2)
SECONDS = AnswerSeconds(pictures=0.0, prefill=0.1, first_token=0.2, total=0.5)


class FakeEngineClient:
    """Takes the place of EngineClient; keeps what it was asked and says what it is told.

    Attributes:
        requests: everything that was submitted
        stopped: everything that was stopped
        rests: how often it was told to free its memory
        restarts: how often its process was to be killed
        loads_by_itself: whether a model is loaded as soon as it is asked for
    """

    def __init__(self, *, loads_by_itself: bool = True) -> None:
        self.requests: list[Request] = []
        self.stopped: list[RequestId] = []
        self.rests = 0
        self.restarts = 0
        self.loads_by_itself = loads_by_itself
        self.is_closed = False
        self._newest = 0
        self._events: queue.Queue[Event | None] = queue.Queue()

    def start(self) -> None:
        """There is no process."""

    def next_id(self) -> RequestId:
        self._newest += 1
        return RequestId(self._newest)

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        if isinstance(request, LoadRequest) and self.loads_by_itself:
            self.finish_load(request)

    def stop(self, request_id: RequestId) -> None:
        self.stopped.append(request_id)

    def rest(self) -> None:
        self.rests += 1

    def restart(self) -> None:
        self.restarts += 1

    def events(self) -> Iterator[Event]:
        while (event := self._events.get()) is not None:
            yield event

    def close(self) -> None:
        self.is_closed = True
        self._events.put(None)

    def answers(self) -> list[AnswerRequest]:
        """The answers that were asked for."""
        return [request for request in self.requests if isinstance(request, AnswerRequest)]

    def loads(self) -> list[LoadRequest]:
        """The models that were asked for."""
        return [request for request in self.requests if isinstance(request, LoadRequest)]

    def say(self, *events: Event) -> None:
        """Have these events arrive."""
        for event in events:
            self._events.put(event)

    def finish_load(self, request: LoadRequest) -> None:
        """Say that a model is loaded."""
        self.say(Loaded(request_id=request.request_id, facts=FACTS, seconds=0.1))

    def write(self, *pieces: str) -> None:
        """Let the newest answer grow."""
        request_id = self.answers()[-1].request_id
        self.say(*(TextPiece(request_id=request_id, text=piece) for piece in pieces))

    def finish(self, finish: Finish = Finish.STOP, request_id: RequestId | None = None) -> None:
        """End the newest answer, or another."""
        number = self.answers()[-1].request_id if request_id is None else request_id
        self.say(Finished(request_id=number, finish=finish, tokens=TOKENS, seconds=SECONDS))

    def fail(self, problem: Problem, detail: str = "", request_id: RequestId | None = None) -> None:
        """Have the newest answer fail, or another request."""
        number = self.answers()[-1].request_id if request_id is None else request_id
        self.say(Failed(request_id=number, problem=problem, detail=detail))
