"""How much of a token's time is Python: `python -m bench.peer.python_share`.

An engine in this process writes an answer into a pipe that another process empties, as in the
engine process. Time inside llama.cpp's decoding and sampling is taken off the loop's; everything
else is counted as Python's, calls through ctypes included.
"""

import cProfile
import io
import multiprocessing
import os
import pstats
import re
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

# As in the engine process, before llama.cpp is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import llama_cpp
from bench.peer.models import BenchModel, demonstration, synthetic
from bench.peer.talk import prose, question

from runtime.engine.engine import Engine
from runtime.engine.llama_library import start_llama
from runtime.events import Event
from runtime.requests import AnswerRequest, LoadRequest, RequestId, SamplingOptions

LIMIT = 0.03
_TOKENS = 128
_LISTED = 14
_NATIVE = ("llama_decode", "llama_sampler_sample")


class NativeTime:
    """Seconds inside llama.cpp, and the loop's beginning and end."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0
        self.first_at = 0.0
        self.last_at = 0.0

    def clear(self) -> None:
        self.seconds, self.calls, self.first_at = 0.0, 0, 0.0

    def watch(self, name: str) -> None:
        """Put a clock round one of llama.cpp's functions."""
        function: Callable[..., Any] = getattr(llama_cpp, name)
        starts_loop = name == "llama_sampler_sample"

        def timed(*arguments: object) -> object:
            begun = time.perf_counter()
            result = function(*arguments)
            ended = time.perf_counter()
            if starts_loop and not self.first_at:
                # What came before is the prompt; the first draw waits for its end.
                self.first_at = ended
            elif self.first_at:
                self.seconds += ended - begun
                self.calls += starts_loop
                self.last_at = ended
            return result

        setattr(llama_cpp, name, timed)


def main() -> int:
    """Measure and print; 1 if Python takes more than it may."""
    model = synthetic() or demonstration()
    reader, writer = multiprocessing.get_context("spawn").Pipe(duplex=False)
    emptier = multiprocessing.get_context("spawn").Process(target=_empty, args=(reader,))
    emptier.start()
    reader.close()
    native = NativeTime()
    for name in _NATIVE:
        native.watch(name)
    try:
        engine = _load(model)
        _answer(engine, writer.send, "warm-up")
        native.clear()
        _answer(engine, writer.send, "measured")
        share = _report(model, native)
        _say(_profile(lambda: _answer(engine, writer.send, "profiled")))
        engine.close()
    finally:
        writer.close()
        emptier.join()
    return int(share > LIMIT)


def _load(model: BenchModel) -> Engine:
    request = LoadRequest(
        request_id=RequestId(1),
        files=model.files,
        context_length=model.context_length,
        gpu_layers=0,
        drafting=False,
    )
    return Engine(request, start_llama(), lambda _fraction: True)


def _answer(engine: Engine, emit: Callable[[Event], None], salt: str) -> None:
    request = AnswerRequest(
        request_id=RequestId(1),
        messages=(question(prose(salt, 20)),),
        thinking=False,
        sampling=SamplingOptions(temperature=0.0),
        max_tokens=_TOKENS,
    )
    engine.answer(request, emit, lambda: False)


def _report(model: BenchModel, native: NativeTime) -> float:
    loop_s = native.last_at - native.first_at
    ours_s = loop_s - native.seconds
    share = ours_s / loop_s
    _say(
        f"{model.name}: {native.calls} tokens, {1000 * loop_s / native.calls:.2f} ms each, "
        f"{1e6 * ours_s / native.calls:.0f} µs of them Python: {share:.2%} (at most {LIMIT:.0%})\n"
    )
    return share


def _profile(work: Callable[[], None]) -> str:
    """The functions that take the most time by themselves, under cProfile's own weight."""
    profile = cProfile.Profile()
    listing = io.StringIO()
    profile.enable()
    work()
    profile.disable()
    pstats.Stats(profile, stream=listing).strip_dirs().sort_stats("tottime").print_stats(_LISTED)
    table = listing.getvalue().partition("   ncalls")
    return re.sub(r"\n{2,}", "\n", table[1] + table[2])


def _empty(reader: "Connection[object, Event]") -> None:
    try:
        while True:
            reader.recv()
    except EOFError:
        return


def _say(text: str) -> None:
    sys.stdout.write(text)


if __name__ == "__main__":
    sys.exit(main())
