"""Whether the engine process still runs, and why it ended."""

import re
import signal
from collections.abc import Sequence
from ctypes import c_int64

from runtime.problems import Problem

# How often it is worth a look.
LOOK_S = 1.0
# A new process has to start Python first, maybe from a slow disk.
_FIRST_LOOKS = 30

# What ggml and the C++ library print before they abort for want of memory.
_NO_MEMORY = re.compile(
    r"bad_alloc|out of memory|failed to allocate|unable to allocate|GGML_ASSERT\(buffer\)"
    r"|MemoryError|ErrorOutOfDeviceMemory",
    re.IGNORECASE,
)
_KILLED = {-9, -15}


class Liveness:
    """Counts for how many looks a heartbeat has not moved.

    Looks rather than seconds: a laptop that wakes up has slept for hours, and its processes
    are as well as before.
    """

    def __init__(self, heartbeat: c_int64) -> None:
        self._heartbeat = heartbeat
        self._seen = heartbeat.value
        self._has_begun = False
        self._missed = 0
        self._looked_at = float("-inf")

    def look(self, now: float) -> None:
        """Look whether it has moved; at most once in LOOK_S.

        Args:
            now: seconds of a clock that only rises
        """
        if now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        value = self._heartbeat.value
        if value != self._seen:
            self._has_begun = True
            self._seen, self._missed = value, 0
        else:
            self._missed += 1

    def is_still(self, looks: int) -> bool:
        """Whether it has not moved for so many looks."""
        return self._missed >= (looks if self._has_begun else _FIRST_LOOKS)


def exit_reason_of(exit_code: int | None, last_words: Sequence[str]) -> tuple[Problem, str]:
    """The problem and a detail for the log.

    Args:
        exit_code: as multiprocessing gives it: negative is a signal
        last_words: the newest lines of the process's standard error
    """
    if _NO_MEMORY.search("\n".join(last_words)):
        return Problem.OUT_OF_MEMORY, _name(exit_code)
    if exit_code in _KILLED:
        # Linux ends the largest process when memory runs out, with SIGKILL and no last words.
        return Problem.ENGINE_KILLED, _name(exit_code)
    return Problem.ENGINE_CRASHED, _name(exit_code)


def _name(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
