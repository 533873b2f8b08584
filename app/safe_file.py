"""Our own files, wholly written or not at all, and what to say when they cannot be."""

import errno

from runtime.problems import Problem, RuntimeFailure
from runtime.safe_file import replace_file, settle, written_aside

__all__ = ["replace_file", "settle", "writing_failure", "written_aside"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def writing_failure(error: OSError) -> RuntimeFailure:
    """Say why writing our own files did not succeed."""
    if error.errno in _FULL:
        return RuntimeFailure(Problem.DISK_FULL, error.filename or "")
    return RuntimeFailure(Problem.STORE_UNREADABLE, error.strerror or type(error).__name__)
