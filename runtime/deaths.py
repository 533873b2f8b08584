"""Says why an engine process ended, from its exit code and its last words."""

import re
import signal
from collections.abc import Sequence

from runtime.problems import Problem

# What ggml and the C++ library print before they abort for want of memory.
_NO_MEMORY = re.compile(
    r"bad_alloc|out of memory|failed to allocate|unable to allocate|GGML_ASSERT\(buffer\)"
    r"|MemoryError|ErrorOutOfDeviceMemory",
    re.IGNORECASE,
)
_KILLED = {-9, -15}


def explain_death(exit_code: int | None, last_words: Sequence[str]) -> tuple[Problem, str]:
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
