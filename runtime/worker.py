"""The engine process: one loop that carries out requests, one at a time."""

import logging
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from ctypes import c_int64
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from runtime.events import Event, Failed, Loaded, LoadProgress, PrefillDone
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import (
    AnswerRequest,
    LoadRequest,
    PrefillRequest,
    Request,
    RequestId,
)

if TYPE_CHECKING:
    from runtime.engine.engine import Engine
    from runtime.engine.llama_library import NativeLog

log = logging.getLogger("sideglance.engine")

_LOG_BYTES = 2 << 20
_PROGRESS_INTERVAL_S = 0.05
# Saving a conversation writes up to some hundred MB: not between two quick questions.
_IDLE_S = 15.0
# How often the process shows that it is alive, even while native code works or waits.
HEARTBEAT_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerEnds:
    """What the client gives an engine process.

    Attributes:
        requests: requests come in here; its end means the client is gone
        events: events go out here
        newest_stopped: every request up to this number is stopped; shared memory, so that a
            stop never waits behind requests
        heartbeat: rises as long as the process runs; shared memory as well
        log_folder: where the process writes its log
        last_words: file that takes the process's standard error
    """

    requests: "Connection[object, Request]"
    events: "Connection[Event, object]"
    newest_stopped: c_int64
    heartbeat: c_int64
    log_folder: Path
    last_words: Path


def serve(ends: WorkerEnds) -> None:
    """Run the engine process until the client closes its end, or is gone."""
    # Ctrl+C in a terminal reaches the whole group; the client decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the process leaves when it is killed is found, and deleted, by the client.
    tempfile.tempdir = str(ends.last_words.parent)
    threading.Thread(target=_beat, args=(ends.heartbeat,), name="heartbeat", daemon=True).start()
    _redirect_output(ends.last_words)
    _start_log(ends.log_folder)
    # Threads that spin for long while they wait cost 3 to 9 times the speed on a busy machine
    # (`facts/build.md` §1), threads that never do a third of it on a quiet one (measured with
    # Qwen3.5 0.8B: 56 against 38 ms a token). GNU OpenMP reads this when it is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        _Worker(ends).run()
    except BrokenPipeError:
        log.info("the client is gone")


class _Inbox:
    """Takes requests off the pipe as they come, so that the client never waits to send one."""

    def __init__(self, pipe: "Connection[object, Request]") -> None:
        self._pipe = pipe
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self.client_is_gone = False
        self._newest: Request | None = None
        # Each is written by one thread only.
        self._urgent_arrived = 0
        self._urgent_taken = 0
        threading.Thread(target=self._drain, name="engine-inbox", daemon=True).start()

    def take(self, *, timeout_s: float | None) -> Request | None:
        """The next request; None when the client is gone.

        Raises:
            queue.Empty: none came in time
        """
        request = self._waiting.get(timeout=timeout_s)
        if not isinstance(request, PrefillRequest):
            self._urgent_taken += 1
        return request

    def is_waiting(self) -> bool:
        """Whether a request waits."""
        return not self._waiting.empty()

    def interrupts(self, request: PrefillRequest) -> bool:
        """Whether what waits makes reading ahead pointless: anything but more of the same."""
        newest = self._newest
        if self._urgent_arrived > self._urgent_taken:
            return True
        return (
            self.is_waiting()
            and isinstance(newest, PrefillRequest)
            and not newest.goes_on_from(request)
        )

    def _drain(self) -> None:
        try:
            while True:
                request = self._pipe.recv()
                self._newest = request
                if not isinstance(request, PrefillRequest):
                    self._urgent_arrived += 1
                self._waiting.put(request)
        except (EOFError, OSError):
            self.client_is_gone = True
            self._urgent_arrived += 1
            self._waiting.put(None)


class _Worker:
    """Holds the loaded engine and answers one request after another."""

    def __init__(self, ends: WorkerEnds) -> None:
        self._ends = ends
        self._inbox = _Inbox(ends.requests)
        self._engine: Engine | None = None
        self._native_log: NativeLog | None = None

    def run(self) -> None:
        """Serve until the client is gone."""
        try:
            while True:
                if self._engine and self._engine.has_prefill_ahead and not self._inbox.is_waiting():
                    self._engine.settle(self._inbox.is_waiting)
                request = self._next_request()
                if request is None:
                    return
                self._carry_out(request)
        finally:
            self._end_engine()

    def _next_request(self) -> Request | None:
        """Wait for a request; when none comes for a while, save what memory holds."""
        try:
            return self._inbox.take(timeout_s=_IDLE_S)
        except queue.Empty:
            if self._engine is not None:
                self._engine.save()
            return self._inbox.take(timeout_s=None)

    def _carry_out(self, request: Request) -> None:
        try:
            match request:
                case LoadRequest():
                    self._load(request)
                case AnswerRequest():
                    self._answer(request)
                case PrefillRequest():
                    self._prefill_ahead(request)
                case _:
                    assert_never(request)
        except RuntimeFailure as failure:
            log.warning("request %d: %s (%s)", request.request_id, failure.problem, failure.detail)
            self._fail(request.request_id, failure.problem, failure.detail)
        except BrokenPipeError:
            raise
        except Exception as error:
            log.exception("request %d", request.request_id)
            self._fail(request.request_id, Problem.UNEXPECTED, type(error).__name__)

    def _load(self, request: LoadRequest) -> None:
        # llama.cpp is loaded here and not at import: it takes a second, and it must come
        # after the wait policy is set.
        from runtime.engine.engine import Engine  # noqa: PLC0415
        from runtime.engine.llama_library import start_llama  # noqa: PLC0415

        begun = time.monotonic()
        if self._native_log is None:
            self._native_log = start_llama()
        self._end_engine()
        reported = 0.0

        def progress(fraction: float) -> bool:
            nonlocal reported
            now = time.monotonic()
            if now - reported >= _PROGRESS_INTERVAL_S:
                reported = now
                self._emit(LoadProgress(request_id=request.request_id, fraction=fraction))
            return not self._stopped(request.request_id)

        self._engine = Engine(request, self._native_log, progress)
        self._emit(
            Loaded(
                request_id=request.request_id,
                facts=self._engine.facts,
                seconds=round(time.monotonic() - begun, 3),
                buffers=self._engine.buffers,
            )
        )

    def _end_engine(self) -> None:
        """Save what memory holds, then free it: another model comes, or the end."""
        if self._engine is not None:
            self._engine.save()
            self._engine.close()
            self._engine = None

    def _answer(self, request: AnswerRequest) -> None:
        if self._engine is None:
            raise RuntimeFailure(Problem.MODEL_NOT_LOADED)
        self._engine.answer(request, self._emit, lambda: self._stopped(request.request_id))

    def _prefill_ahead(self, request: PrefillRequest) -> None:
        read = 0
        if self._engine is not None and not self._inbox.is_waiting():
            # Whatever is asked next goes first; what was read until then is not lost.
            read = self._engine.prefill_ahead(
                request,
                lambda: self._inbox.interrupts(request) or self._stopped(request.request_id),
            )
        self._emit(PrefillDone(request_id=request.request_id, read=read))

    def _stopped(self, request_id: RequestId) -> bool:
        return self._inbox.client_is_gone or bool(self._ends.newest_stopped.value >= request_id)

    def _emit(self, event: Event) -> None:
        self._ends.events.send(event)

    def _fail(self, request_id: RequestId, problem: Problem, detail: str) -> None:
        self._emit(Failed(request_id=request_id, problem=problem, detail=detail))


def _beat(heartbeat: c_int64) -> None:
    while True:
        heartbeat.value += 1
        time.sleep(HEARTBEAT_S)


def _redirect_output(last_words: Path) -> None:
    """Send what native code prints to a file; the client reads it when the process dies."""
    descriptor = os.open(last_words, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (sys.stdout, sys.stderr):
        # A windowed program on Windows has no standard streams.
        if stream is not None:
            stream.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _start_log(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "engine.log", maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(message)s"))
    logger = logging.getLogger("sideglance")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
