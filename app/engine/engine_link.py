"""The one thread that listens to the engine; its events become signals."""

import threading
from collections.abc import Iterator
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.platform import log
from runtime.events import EngineDied, Event
from runtime.problems import Problem
from runtime.requests import Request, RequestId


class Client(Protocol):
    """What is needed of `runtime.client.EngineClient`."""

    def start(self) -> None:
        """Have the engine process started."""

    def next_id(self) -> RequestId:
        """A number for a new request."""

    def submit(self, request: Request) -> None:
        """Queue a request; never blocks."""

    def stop(self, request_id: RequestId) -> None:
        """Stop a request and all before it; never blocks."""

    def rest(self) -> None:
        """Have the process free its memory until the next request; never blocks."""

    def restart(self) -> None:
        """Kill the process; the next request starts another; never blocks."""

    def events(self) -> Iterator[Event]:
        """What the engine says, until `close`; blocks."""

    def close(self) -> None:
        """End the process."""


class EngineLink(QObject):
    """Sends requests to the engine and re-emits its events on the GUI thread.

    Signals:
        event_received: one event from `runtime.events`
    """

    event_received = Signal(object)
    _read_one = Signal(object)  # an event, on its way to the GUI thread

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._closed = False
        self._read_one.connect(self._on_read)
        self._reader = threading.Thread(target=self._read, name="engine-reader")

    def start(self) -> None:
        """Start the engine process and listen to it."""
        self._client.start()
        self._reader.start()

    def next_id(self) -> RequestId:
        """A number for the next request."""
        return self._client.next_id()

    def submit(self, request: Request) -> None:
        """Ask for something; never blocks."""
        self._client.submit(request)

    def stop(self, request_id: RequestId) -> None:
        """Stop a request and all older ones; never blocks."""
        self._client.stop(request_id)

    def rest(self) -> None:
        """Have the engine free its memory until the next request; never blocks."""
        self._client.rest()

    def restart(self) -> None:
        """Kill an engine that does not react; the next request starts another; never blocks."""
        self._client.restart()

    def close(self) -> None:
        """End the process and wait for the reader to return; no event arrives after that."""
        self._closed = True
        self._client.close()
        if self._reader.ident is not None:
            self._reader.join()

    def _read(self) -> None:
        # Not the GUI thread: emit and do nothing else.
        try:
            for event in self._client.events():
                self._read_one.emit(event)
        except Exception as error:  # noqa: BLE001 - the outermost function of this thread
            # A window that waits for ever would be worse than one that says what happened.
            log.engine.error("the engine's reader ended: %s", type(error).__name__)
            self._read_one.emit(EngineDied(problem=Problem.UNEXPECTED, detail=type(error).__name__))

    @Slot(object)
    def _on_read(self, event: object) -> None:
        # What was on its way when we closed would find everything put away.
        if not self._closed:
            self.event_received.emit(event)
