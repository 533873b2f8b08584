"""Our engine process, asked through its client as the window does it."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.peer.models import BenchModel
from bench.peer.side import TYPING_S, Moment, Reply

from runtime.client import EngineClient
from runtime.content import Message
from runtime.events import (
    EngineDied,
    EngineUnresponsive,
    Event,
    Failed,
    Finished,
    Loaded,
    PrefillDone,
    PromptProgress,
    TextPiece,
    ThinkingPiece,
)
from runtime.requests import (
    AnswerRequest,
    LoadRequest,
    PrefillRequest,
    RequestId,
    SamplingOptions,
)

_GREEDY = SamplingOptions(temperature=0.0)
_LONGEST_S = 1200.0
# Between reading ahead and Enter, where reading was done before the typing.
_REST_OF_TYPING_S = 1.0
_WARM_UP_S = 60.0
# Far enough into a prompt that batches are being computed.
_INTO_READING_S = 1.5


class OurEngine:
    """The engine process with a model loaded and a cache folder, as the window has it."""

    name = "Sideglance"

    def __init__(self, model: BenchModel, folder: Path) -> None:
        self._model = model
        self._folder = folder
        self._start()

    @property
    def process_id(self) -> int:
        number = self._client.process_id
        assert number is not None
        return number

    def ask(self, messages: Sequence[Message], *, max_tokens: int, thinking: bool = False) -> Reply:
        begun = time.perf_counter()
        number = self._submit(messages, max_tokens, thinking)
        text, times = "", []
        for moment, event in self._events_of(number):
            match event:
                case TextPiece():
                    text += event.text
                    times.append(moment)
                case ThinkingPiece():
                    times.append(moment)
                case Finished():
                    return Reply(
                        text=text,
                        prompt=event.tokens.prompt,
                        read=event.tokens.read,
                        generated=event.tokens.generated,
                        first_s=times[0] - begun,
                        writing_s=times[-1] - times[0],
                    )
                case _:
                    pass
        raise RuntimeError("the engine ended")

    def attach(self, messages: Sequence[Message]) -> None:
        """The picture is read at once. Typing ends when it is read, or after 20 s."""
        begun = time.perf_counter()
        number = self._read_ahead(messages)
        try:
            for _moment, event in self._events_of(number, timeout_s=TYPING_S):
                if isinstance(event, PrefillDone):
                    break
        except queue.Empty:
            return
        left = TYPING_S - (time.perf_counter() - begun)
        time.sleep(max(0.0, min(left, _REST_OF_TYPING_S)))

    def type(self, messages: Sequence[Message]) -> None:
        self._read_ahead(messages)

    def answered(self, messages: Sequence[Message]) -> None:
        self._read_ahead(messages)

    def stop(self, messages: Sequence[Message], moment: Moment) -> float:
        number = self._submit(messages, 400, thinking=False)
        if moment is Moment.READING:
            time.sleep(_INTO_READING_S)
        stopped_at = 0.0
        if moment is Moment.READING:
            stopped_at = self._stop(number)
        for arrived, event in self._events_of(number):
            if isinstance(event, TextPiece) and not stopped_at:
                stopped_at = self._stop(number)
            if isinstance(event, Finished):
                return arrived - stopped_at
        raise RuntimeError("the engine ended")

    def restart(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        self._client.close()
        self._reader.join()

    def _start(self) -> None:
        self._client = EngineClient(log_folder=self._folder / "log")
        self._arrived: queue.SimpleQueue[tuple[float, Event]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="bench-reader", daemon=True)
        self._reader.start()
        number = self._client.next_id()
        cache = self._folder / "cache"
        self._client.submit(
            LoadRequest(
                request_id=number,
                files=self._model.files,
                context_length=self._model.context_length,
                cache_folder=cache,
            )
        )
        for _moment, event in self._events_of(number):
            if isinstance(event, Loaded):
                break
        # Done once for a machine and a model, while nobody asks anything.
        limit = time.monotonic() + _WARM_UP_S
        while not list(cache.glob("tuning-*.json")) and time.monotonic() < limit:
            time.sleep(0.1)

    def _submit(self, messages: Sequence[Message], max_tokens: int, thinking: bool) -> RequestId:
        number = self._client.next_id()
        self._client.submit(
            AnswerRequest(
                request_id=number,
                messages=tuple(messages),
                thinking=thinking,
                sampling=_GREEDY,
                max_tokens=max_tokens,
            )
        )
        return number

    def _read_ahead(self, messages: Sequence[Message]) -> RequestId:
        number = self._client.next_id()
        self._client.submit(PrefillRequest(request_id=number, messages=tuple(messages)))
        return number

    def _stop(self, number: RequestId) -> float:
        now = time.perf_counter()
        self._client.stop(number)
        return now

    def _events_of(
        self, number: RequestId, *, timeout_s: float = _LONGEST_S
    ) -> Iterator[tuple[float, Event]]:
        while True:
            moment, event = self._arrived.get(timeout=timeout_s)
            if isinstance(event, Failed | EngineDied):
                raise RuntimeError(f"{event.problem}: {event.detail}")
            if not isinstance(event, EngineUnresponsive) and event.request_id == number:
                yield moment, event

    def _read(self) -> None:
        for event in self._client.events():
            if not isinstance(event, PromptProgress):
                self._arrived.put((time.perf_counter(), event))
