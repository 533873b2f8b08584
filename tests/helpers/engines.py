"""Engines for tests: the real demo model, in this process or in its own."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from runtime.client import EngineClient
from runtime.content import Image, Message, Role, Text, Video
from runtime.engine.engine import Engine
from runtime.engine.llama_library import NativeLog
from runtime.events import Event, Failed, Finished, Loaded, TextPiece, ThinkingPiece
from runtime.models.installed_model import demo_model_files
from runtime.requests import (
    AnswerRequest,
    KvType,
    LoadRequest,
    ModelFiles,
    PrefillRequest,
    ProjectorPlace,
    RequestId,
)

NUMBER = RequestId(1)


class LoadOptions(TypedDict, total=False):
    """What a test wants of a load besides its files."""

    gpu_layers: int
    device: str
    kv_type: KvType
    projector_on: ProjectorPlace
    drafting: bool


def question(text: str, *files: Image | Video) -> Message:
    """A user's message: pictures first, as the window sends them."""
    return Message(role=Role.USER, parts=(*files, Text(text=text)))


def load(
    native_log: NativeLog, files: ModelFiles | None = None, **sampling: Unpack[LoadOptions]
) -> Engine:
    """The demo model, loaded in this process."""
    request = LoadRequest(request_id=NUMBER, files=files or demo_model_files(), gpu_layers=0)
    return Engine(replace(request, **sampling), native_log, lambda _fraction: True)


class Reply:
    """What an engine said to one request."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = list(events)
        self.text = "".join(event.text for event in events if isinstance(event, TextPiece))
        self.thinking = "".join(event.text for event in events if isinstance(event, ThinkingPiece))

    @property
    def finished(self) -> Finished:
        """The last event, which must be an ordinary end."""
        assert isinstance(self.events[-1], Finished), self.events[-1]
        return self.events[-1]

    @property
    def failed(self) -> Failed:
        """The last event, which must be a failure."""
        assert isinstance(self.events[-1], Failed), self.events[-1]
        return self.events[-1]


def ask(
    engine: Engine,
    messages: Sequence[Message],
    *,
    thinking: bool | None = None,
    max_tokens: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Reply:
    """Have a question answered by an engine in this process."""
    events: list[Event] = []
    request = AnswerRequest(
        request_id=NUMBER, messages=tuple(messages), thinking=thinking, max_tokens=max_tokens
    )
    engine.answer(request, events.append, stopped)
    return Reply(events)


class RunningEngine:
    """An engine process with a thread that collects what it says."""

    def __init__(self, folder: Path) -> None:
        self.client = EngineClient(log_folder=folder)
        self._events: list[Event] = []
        self._arrived = threading.Condition()
        self._reader = threading.Thread(target=self._read, name="test-engine-reader")
        self._reader.start()

    def load(
        self,
        files: ModelFiles | None = None,
        *,
        cache_folder: Path | None = None,
        threads: int | None = None,
    ) -> Reply:
        """Load a model and wait for the end of it.

        llama.cpp adds up in another order with another number of threads: answers are compared
        word by word only under the same.
        """
        number = self.client.next_id()
        self.client.submit(
            LoadRequest(
                request_id=number,
                files=files or demo_model_files(),
                gpu_layers=0,
                threads=threads,
                cache_folder=cache_folder,
            )
        )
        return self.wait_for(number)

    def submit(self, messages: Sequence[Message]) -> RequestId:
        """Ask, and go on."""
        number = self.client.next_id()
        self.client.submit(AnswerRequest(request_id=number, messages=tuple(messages)))
        return number

    def ask(self, *messages: Message) -> Reply:
        """Ask, and wait for the end of the answer."""
        return self.wait_for(self.submit(messages))

    def prefill_ahead(self, *messages: Message) -> RequestId:
        """Have a conversation read ahead of its question, and go on."""
        number = self.client.next_id()
        self.client.submit(PrefillRequest(request_id=number, messages=messages))
        return number

    def wait_for(
        self, number: RequestId, kinds: tuple[type[Event], ...] = (Finished, Failed, Loaded)
    ) -> Reply:
        """All events of a request up to the first of these kinds."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: any(isinstance(event, kinds) for event in self._of(number)), timeout=120
            )
            return Reply(self._of(number))

    def wait_for_any(self, kind: type[Event]) -> Event:
        """The first event of a kind, whatever it belongs to."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: any(isinstance(event, kind) for event in self._events), timeout=120
            )
            return next(event for event in self._events if isinstance(event, kind))

    def has_seen(self, kind: type[Event]) -> bool:
        """Whether an event of a kind has arrived."""
        with self._arrived:
            return any(isinstance(event, kind) for event in self._events)

    def close(self) -> None:
        """End process and thread."""
        self.client.close()
        self._reader.join()

    def _read(self) -> None:
        for event in self.client.events():
            with self._arrived:
                self._events.append(event)
                self._arrived.notify_all()

    def _of(self, number: RequestId) -> list[Event]:
        return [event for event in self._events if getattr(event, "request_id", None) == number]
