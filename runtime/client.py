"""Starts, watches, replaces and ends the engine process."""

import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Iterator
from ctypes import c_int64
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

from runtime.events import (
    EngineDied,
    EngineUnresponsive,
    Event,
    Failed,
    Finished,
    Loaded,
    PrefillDone,
)
from runtime.problems import Problem
from runtime.process_health import LOOK_S, Liveness, exit_reason_of
from runtime.requests import LoadRequest, Request, RequestId
from runtime.temp_folders import empty_folders, make_temp_folder, sweep_temp_folders
from runtime.worker import WorkerEnds, serve

log = logging.getLogger("sideglance.client")

# How long a process may take to leave before it is killed; it saves the conversation first.
_LEAVE_S = 10.0
# How long a stopped request may stay silent. Encoding a large picture on a slow CPU cannot be
# interrupted and its result is kept, so this is generous; the window does not wait for it.
_SILENCE_S = 60.0
# A stop that is not confirmed for so long, or a process that stands still, is told.
_UNRESPONSIVE_S = 10.0
_UNRESPONSIVE_LOOKS = 10
# One that stands still after a stop, or while it should leave, is not waited for.
_STILL_LOOKS = 3
_LAST_WORDS = 40


class EngineClient:
    """The client's end of the engine process.

    `start`, `submit` and `stop` only leave a request and never block; the one thread that iterates
    over `events` carries them out. When the process dies, every open request fails with the
    reason, and the next request starts a new process and loads the last model again.
    """

    def __init__(self, *, log_folder: Path) -> None:
        """Prepare; nothing is started yet.

        Args:
            log_folder: where the engine process writes its log
        """
        self._log_folder = log_folder
        self._context = multiprocessing.get_context("spawn")
        self._newest_stopped: c_int64 = RawValue(c_int64, 0)
        self._heartbeat: c_int64 = RawValue(c_int64, 0)
        self._temp_folder = make_temp_folder()
        # Guards what follows; never held while anything blocks.
        self._lock = threading.RLock()
        self._newest_id = 0
        self._wanted = False
        self._closed = False
        self._leaving = False
        self._to_send: deque[Request] = deque()
        self._open: set[RequestId] = set()
        self._model: LoadRequest | None = None
        self._silent_since: float | None = None
        self._liveness = Liveness(self._heartbeat)
        # Whether the present silence was told.
        self._is_told = False
        self._must_restart = False
        self._process: SpawnProcess | None = None
        self._requests: Connection[Request, object] | None = None
        self._events: Connection[object, Event] | None = None
        self._wake_reader, self._wake_writer = Pipe(duplex=False)

    @property
    def process_id(self) -> int | None:
        """The engine process, if one runs."""
        with self._lock:
            return self._process.pid if self._process else None

    def start(self) -> None:
        """Have the engine process started, ahead of the first request."""
        with self._lock:
            self._wanted = True
            self._wake()

    def next_id(self) -> RequestId:
        """A number for a new request; they only rise."""
        with self._lock:
            self._newest_id += 1
            return RequestId(self._newest_id)

    def submit(self, request: Request) -> None:
        """Queue a request; answers queue behind a load."""
        with self._lock:
            self._wanted = True
            self._to_send.append(request)
            self._open.add(request.request_id)
            self._wake()

    def stop(self, request_id: RequestId) -> None:
        """Stop a request and all before it."""
        with self._lock:
            self._newest_stopped.value = max(request_id, self._newest_stopped.value)
            if request_id in self._open:
                self._silent_since = time.monotonic()
                self._wake()

    def rest(self) -> None:
        """Have the process save what it holds and end, which frees all its memory.

        The next request starts a new one, without a model. Not while an answer is open.
        """
        with self._lock:
            if self._process is not None and not self._to_send:
                self._model = None
                self._leaving = True
                self._wake()

    def restart(self) -> None:
        """Kill the process; what was asked of it fails, and the next request starts another."""
        with self._lock:
            if self._process is not None:
                self._must_restart = True
                self._wake()

    def events(self) -> Iterator[Event]:
        """What the engine says, until `close`. Blocks; for one thread only."""
        sweep_temp_folders()
        while True:
            with self._lock:
                if self._closed:
                    return
                if self._wanted and self._process is None:
                    self._start_process()
                events = self._events
                if self._leaving:
                    self._ask_to_leave()
            self._send_waiting()
            sources = [self._wake_reader] if events is None else [self._wake_reader, events]
            ready = wait(sources, timeout=self._patience())
            if self._wake_reader in ready:
                self._wake_reader.recv_bytes()
            if events is not None and events in ready:
                yield from self._receive(events)
            elif self._is_to_be_replaced():
                yield from self._replace_silent()
            elif self._is_unresponsive():
                yield EngineUnresponsive()

    def close(self) -> None:
        """End the process, killing it if it does not leave; `events` ends."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._newest_stopped.value = self._newest_id
            process = self._process
            if self._requests is not None:
                # The end of its requests is how the process knows it shall leave.
                self._requests.close()
            self._wake()
        if process is not None:
            self._see_off(process)
        self._temp_folder.cleanup()

    def _see_off(self, process: SpawnProcess) -> None:
        """Wait until a process has left; one that does not, or stands still, is killed."""
        deadline = time.monotonic() + _LEAVE_S
        while process.is_alive():
            process.join(LOOK_S)
            self._liveness.look(time.monotonic())
            if time.monotonic() > deadline or self._liveness.is_still(_STILL_LOOKS):
                log.warning("the engine did not leave and is killed")
                process.kill()
                process.join()

    @property
    def _last_words(self) -> Path:
        return Path(self._temp_folder.name) / "engine.err"

    def _start_process(self) -> None:
        requests_out, requests_in = Pipe(duplex=False)
        events_out, events_in = Pipe(duplex=False)
        ends = WorkerEnds(
            requests=requests_out,
            events=events_in,
            newest_stopped=self._newest_stopped,
            heartbeat=self._heartbeat,
            log_folder=self._log_folder,
            last_words=self._last_words,
        )
        process = self._context.Process(target=serve, name="sideglance-engine", args=(ends,))
        process.start()
        self._liveness = Liveness(self._heartbeat)
        # Our copies of the process's ends must go, or its death would not be an end of file.
        requests_out.close()
        events_in.close()
        self._process, self._requests, self._events = process, requests_in, events_out
        loads = any(isinstance(request, LoadRequest) for request in self._to_send)
        if self._model is not None and not loads:
            # A number of its own: the old one may have been stopped since.
            again = replace(self._model, request_id=self.next_id())
            self._to_send.appendleft(again)
            self._open.add(again.request_id)

    def _send_waiting(self) -> None:
        """Send what was submitted. The process takes it at once: it has a thread for that."""
        while True:
            with self._lock:
                if not self._to_send or self._requests is None:
                    return
                request, pipe = self._to_send.popleft(), self._requests
                if isinstance(request, LoadRequest):
                    self._model = request
            try:
                pipe.send(request)
            except OSError:
                # It died just now, or we are closing; `_receive` will meet the end of file.
                log.warning("the engine took no request")
                return

    def _receive(self, events: "Connection[object, Event]") -> Iterator[Event]:
        try:
            event = events.recv()
        except (EOFError, OSError):
            yield from self._bury(None)
            return
        with self._lock:
            if isinstance(event, Finished | PrefillDone | Failed | Loaded):
                self._open.discard(event.request_id)
                if isinstance(event, Failed):
                    self._forget_model(event.request_id)
            if self._silent_since is not None:
                waits = bool(self._open) or self._leaving
                self._silent_since = time.monotonic() if waits else None
            self._is_told = False
        yield event

    def _bury(self, problem: Problem | None) -> Iterator[Event]:
        """The process is gone: say so to everything that waits for it."""
        with self._lock:
            process = self._process
            if self._closed or process is None:
                return
        process.join()
        found, detail = exit_reason_of(process.exitcode, self._read_last_words())
        problem = problem or found
        empty_folders(Path(self._temp_folder.name))
        with self._lock:
            was_leaving, self._leaving = self._leaving, False
        if was_leaving:
            log.info("the engine rests (%s)", detail)
        else:
            log.warning("the engine process ended: %s (%s)", problem, detail)
        with self._lock:
            # What was not sent yet is not lost with it: a new process will be asked.
            unsent = {request.request_id for request in self._to_send}
            failed = sorted(self._open - unsent)
            for request_id in failed:
                # It died while loading: loading the same again would only kill the next.
                self._forget_model(request_id)
            self._open = unsent
            self._wanted = bool(unsent)
            self._silent_since = None
            self._must_restart = self._is_told = False
            self._drop_process()
        for request_id in failed:
            yield Failed(request_id=request_id, problem=problem, detail=detail)
        if not failed and not was_leaving:
            yield EngineDied(problem=problem, detail=detail)

    def _replace_silent(self) -> Iterator[Event]:
        with self._lock:
            if self._process is not None:
                self._process.kill()
        yield from self._bury(Problem.ENGINE_SILENT)

    def _ask_to_leave(self) -> None:
        """The end of its requests is how a process knows it shall leave."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None
            # One that never comes to an end is replaced like any other.
            self._silent_since = time.monotonic()

    def _forget_model(self, request_id: RequestId) -> None:
        if self._model is not None and self._model.request_id == request_id:
            self._model = None

    def _drop_process(self) -> None:
        for end in (self._requests, self._events):
            if end is not None:
                end.close()
        if self._process is not None:
            self._process.close()
        self._process = self._requests = self._events = None

    def _patience(self) -> float | None:
        """Seconds until it is worth a look at the process; None for ever."""
        with self._lock:
            if self._must_restart:
                return 0.0
            is_watched = self._process is not None and (self._open or self._leaving)
            return LOOK_S if is_watched else None

    def _is_to_be_replaced(self) -> bool:
        with self._lock:
            if self._must_restart:
                return True
            if self._silent_since is None or self._process is None:
                return False
            self._liveness.look(time.monotonic())
            waited_s = time.monotonic() - self._silent_since
            return waited_s >= _SILENCE_S or self._liveness.is_still(_STILL_LOOKS)

    def _is_unresponsive(self) -> bool:
        """Whether it is time to say that nothing comes from the process; once each time."""
        with self._lock:
            if self._is_told or self._process is None or not self._open:
                return False
            self._liveness.look(time.monotonic())
            since = self._silent_since
            is_slow = since is not None and time.monotonic() - since >= _UNRESPONSIVE_S
            self._is_told = is_slow or self._liveness.is_still(_UNRESPONSIVE_LOOKS)
            return self._is_told

    def _wake(self) -> None:
        self._wake_writer.send_bytes(b"")

    def _read_last_words(self) -> list[str]:
        try:
            text = self._last_words.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return text.splitlines()[-_LAST_WORDS:]
