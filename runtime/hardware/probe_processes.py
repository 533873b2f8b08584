"""Asks probes in processes that may hang or die, without losing what the others say."""

import json
import logging
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from runtime.hardware.probes.probe_list import Probe
from runtime.hardware.probes.system_tools import Absent, Refused
from runtime.hardware.recording import ProbeResult, Trouble, entry_of, result_of

log = logging.getLogger("sideglance.hardware")

# Pictures of a whole machine are some kilobytes.
_LONGEST_ANSWER = 1 << 20
# How much later than its parent would a child end itself.
_GRACE_S = 3
# Spawned, not forked: the window has threads, which do not survive a fork.
_CONTEXT = multiprocessing.get_context("spawn")
_STARTED = b"started"


def ask_all(groups: Sequence[Sequence[Probe]], *, limit_s: float) -> dict[str, ProbeResult]:
    """Ask every probe; a group shares a process, the groups run side by side.

    A probe that hangs costs its own limit, one that crashes only itself: the rest of its group
    is asked in a new process. After `limit_s` everything ends, whatever is still open.
    """
    end = time.monotonic() + limit_s
    results: dict[str, ProbeResult] = {}
    running = [_Child(group, end) for group in groups if group]
    try:
        while running:
            nearest = min(child.deadline for child in running)
            ready = wait(
                [child.reader for child in running],
                timeout=max(nearest - time.monotonic(), 0),
            )
            running = [
                alive
                for child in running
                for alive in child.go_on(ready=child.reader in ready, results=results)
            ]
    finally:
        for child in running:
            child.close()
    return results


class _Child:
    """A process that asks the probes of one group, one after the other.

    Attributes:
        reader: where its answers come from
        deadline: when to give up what it is doing now
    """

    def __init__(self, probes: Iterable[Probe], end: float) -> None:
        self._open = deque(probes)
        self._end = end
        # The limit of a probe is not meant for the start of a process on a busy machine.
        self.deadline = end
        self.reader, writer = _CONTEXT.Pipe(duplex=False)
        patience_s = max(end - time.monotonic(), 0) + _GRACE_S
        self._process: BaseProcess = _CONTEXT.Process(
            target=_main, args=(tuple(self._open), writer, patience_s), name="probe"
        )
        # Ours must close, or the child's death would not end the pipe.
        with writer:
            self._process.start()

    def go_on(self, *, ready: bool, results: dict[str, ProbeResult]) -> Iterable["_Child"]:
        """Take what is there; who carries on: this one, its successor or nobody."""
        if ready:
            try:
                result = _result(self.reader.recv_bytes(_LONGEST_ANSWER))
            except (EOFError, OSError):
                return self._give_up(Trouble.CRASHED, results)
            if result is not None:
                results[self._open.popleft().name] = result
            if not self._open:
                self.close()
                return ()
            self.deadline = min(time.monotonic() + self._open[0].limit_s, self._end)
        elif time.monotonic() >= self.deadline:
            return self._give_up(Trouble.TIMED_OUT, results)
        return (self,)

    def close(self) -> None:
        """End the process, whatever it does."""
        # Its answers are here, it has written nothing: nothing is worth an orderly exit.
        self._process.kill()
        self._process.join()
        self._process.close()
        self.reader.close()

    def _give_up(self, trouble: Trouble, results: dict[str, ProbeResult]) -> Iterable["_Child"]:
        self.close()
        probe = self._open.popleft()
        log.info("the probe %s %s", probe.name, trouble.value)
        results[probe.name] = ProbeResult(trouble=trouble)
        if time.monotonic() < self._end and self._open:
            return (_Child(self._open, self._end),)
        for other in self._open:
            results[other.name] = ProbeResult(trouble=Trouble.TIMED_OUT)
        return ()


def _result(raw: bytes) -> ProbeResult | None:
    if raw == _STARTED:
        return None
    # JSON, not pickle: a driver's library must not be able to run code in our process.
    try:
        return result_of(json.loads(raw))
    except (ValueError, RecursionError):
        return ProbeResult(trouble=Trouble.CRASHED)


def _main(probes: Sequence[Probe], writer: Connection, patience_s: float) -> None:
    _fence_in(patience_s)
    threading.Thread(target=_die_with_parent, name="parent-watch", daemon=True).start()
    writer.send_bytes(_STARTED)
    for probe in probes:
        writer.send_bytes(json.dumps(entry_of(_ask(probe))).encode())
    writer.close()


def _ask(probe: Probe) -> ProbeResult:
    try:
        output = probe.ask()
        json.dumps(output)
    except Absent as absent:
        return ProbeResult(trouble=Trouble.ABSENT, detail=str(absent))
    except Refused as refused:
        return ProbeResult(trouble=Trouble.FAILED, detail=str(refused))
    except TimeoutError:
        return ProbeResult(trouble=Trouble.TIMED_OUT)
    # Outermost function of this process. Only the type: messages can hold names of people.
    except Exception as error:  # noqa: BLE001
        return ProbeResult(trouble=Trouble.CRASHED, detail=type(error).__name__)
    return ProbeResult(output=output)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fence_in(patience_s: float) -> None:
    # Drivers and ggml write to the terminal as they please.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415

        # SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX: no boxes.
        ctypes.windll.kernel32.SetErrorMode(0x8003)
    else:
        # Ctrl+C in a terminal reaches us too; our parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # The watching thread cannot run while a driver holds Python's lock; this clock can.
        signal.alarm(math.ceil(patience_s))
