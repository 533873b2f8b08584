"""Runs one decoding job in a process of its own and gets its answer, or its end, back."""

import json
import logging
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from runtime.problems import FileFailure, Problem, Stopped

if sys.platform != "win32":
    import resource

log = logging.getLogger("media")

# What a job returns has to be expressible in JSON.
Job = Callable[[], object]
_POLL_S = 0.03
# A thousand times what an answer takes; a hostile child must not fill our memory.
_LONGEST_ANSWER = 1 << 20
_ADDRESS_SPACE = 4 << 30
# How much later than its parent would a child end itself.
_GRACE_S = 5
# Spawned, not forked: the window and the engine have threads, which do not survive a fork.
_CONTEXT = multiprocessing.get_context("spawn")


# The imports inside jobs are the point: the parent only pickles a job, and must never load a
# decoder; a child loads only the decoder that it needs.
@dataclass(frozen=True, slots=True, kw_only=True)
class InspectPicture:
    """Measure a picture and write its thumbnail."""

    path: Path
    thumbnail: Path

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.pictures import inspect  # noqa: PLC0415

        return inspect(self.path, thumbnail=self.thumbnail)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectVideo:
    """Measure a video and write its thumbnail."""

    path: Path
    thumbnail: Path

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.video import inspect  # noqa: PLC0415

        return inspect(self.path, thumbnail=self.thumbnail)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPicture:
    """Write a picture's pixels to `target`."""

    path: Path
    target: Path
    max_pixels: int

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.pictures import read  # noqa: PLC0415

        return read(self.path, target=self.target, max_pixels=self.max_pixels)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVideo:
    """Write a video's sampled frames to `target`."""

    path: Path
    target: Path
    max_frames: int
    max_pixels: int

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.video import read  # noqa: PLC0415

        return read(
            self.path,
            target=self.target,
            max_frames=self.max_frames,
            max_pixels=self.max_pixels,
        )


def run(job: Job, *, name: str, timeout_s: float, stopped: Callable[[], bool]) -> object:
    """Do `job` in a process that is gone when this returns, whatever happens.

    Args:
        job: must be picklable
        name: what to call the file in a failure
        timeout_s: when to give up, the process's own start included
        stopped: asked all the time whether to give up

    Raises:
        FileFailure: the job's own, or MEDIA_CRASHED, or MEDIA_TOO_SLOW
        Stopped: `stopped()` turned true
    """
    if stopped():
        raise Stopped
    reader, writer = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_main, args=(job, writer, timeout_s), name="media")
    with reader:
        try:
            # Ours must close, or the child's death would not end the pipe.
            with writer:
                child.start()
            raw = _wait(reader, name=name, deadline=time.monotonic() + timeout_s, stopped=stopped)
        except (EOFError, OSError) as error:
            log.info("the media process ended with exit code %s", _exit_code(child))
            raise FileFailure(Problem.MEDIA_CRASHED, name) from error
        finally:
            _end(child)
    return _unpack(raw, name)


def _wait(reader: Connection, *, name: str, deadline: float, stopped: Callable[[], bool]) -> bytes:
    while not reader.poll(_POLL_S):
        if stopped():
            raise Stopped
        if time.monotonic() > deadline:
            raise FileFailure(Problem.MEDIA_TOO_SLOW, name)
    return reader.recv_bytes(_LONGEST_ANSWER)


def _end(child: BaseProcess) -> None:
    if child.pid is not None:
        # Its answer is here, its files are closed: nothing is worth an orderly exit.
        child.kill()
        child.join()
    child.close()


def _exit_code(child: BaseProcess) -> int | None:
    if child.pid is None:
        return None
    child.join(_GRACE_S)
    return child.exitcode


def _unpack(raw: bytes, name: str) -> object:
    # JSON, not pickle: a decoder taken over by a hostile file must not run code in our process.
    try:
        answer = json.loads(raw)
        if "problem" in answer:
            problem, detail = Problem(answer["problem"]), str(answer["detail"])
        else:
            return answer["answer"]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise FileFailure(Problem.MEDIA_CRASHED, name) from error
    raise FileFailure(problem, detail)


def _main(job: Job, writer: Connection, timeout_s: float) -> None:
    _fence_in(timeout_s)
    threading.Thread(target=_die_with_parent, name="parent-watch", daemon=True).start()
    writer.send_bytes(json.dumps(_carry_out(job)).encode())
    writer.close()


def _carry_out(job: Job) -> dict[str, object]:
    try:
        return {"answer": job()}
    except FileFailure as failure:
        return {"problem": failure.problem, "detail": failure.detail}
    # Outermost function of this process; whatever a decoder raises is only about this file.
    except Exception as error:  # noqa: BLE001
        return {"problem": Problem.MEDIA_CRASHED, "detail": type(error).__name__}


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fence_in(timeout_s: float) -> None:
    # Native decoders write to the terminal as they please.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    # NumPy's would take 64 MiB of addresses per core.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if sys.platform != "win32":
        # Ctrl+C in a terminal reaches us too; our parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # The watching thread cannot run while a decoder holds Python's lock; this clock can.
        signal.alarm(math.ceil(timeout_s) + _GRACE_S)
        # macOS refuses a limit on addresses.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
