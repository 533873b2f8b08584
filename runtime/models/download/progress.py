"""How far a download is, how fast it goes, and how often that is told."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from runtime.problems import Problem

_SPAN_S = 5.0
_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferring:
    """Bytes come in.

    Attributes:
        done_bytes: of model and projector together, what was there before included
        total_bytes: of both
        bytes_per_s: over the last seconds; None at the beginning
    """

    done_bytes: int
    total_bytes: int
    bytes_per_s: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """At the present speed."""
        if not self.bytes_per_s:
            return None
        return (self.total_bytes - self.done_bytes) / self.bytes_per_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Nothing comes in at the moment; it goes on by itself.

    Attributes:
        problem: why
        retry_in_s: until the next attempt
    """

    problem: Problem
    detail: str
    retry_in_s: float
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """All bytes are there; their hash is computed."""

    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """It stands still until the user resumes it.

    Attributes:
        problem: why, if it was not the user: such as the disk's floor
    """

    done_bytes: int
    total_bytes: int
    problem: Problem | None = None
    detail: str = ""


TransferState = Transferring | Waiting | Verifying | Paused


Report = Callable[[TransferState], None]


class Progress:
    """Tells somebody how a download goes, some ten times a second at most.

    Attributes:
        before: bytes of the files that are complete
        total: bytes of all files
    """

    def __init__(
        self, report: Report, total_bytes: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._report = report
        self.total = total_bytes
        self._clock = clock
        self._told_at: float | None = None
        self._passed: deque[tuple[float, int]] = deque()
        self.before = 0

    def correct_total(self, difference: int) -> None:
        """A file is larger by so many bytes than was said before."""
        self.total += difference

    def begin_anew(self) -> None:
        """Forget how fast it was: a new connection begins."""
        self._passed.clear()

    def moved(self, done_bytes: int) -> None:
        """So many bytes of the present file are there."""
        now = self._clock()
        self._passed.append((now, done_bytes))
        while self._passed[0][0] < now - _SPAN_S:
            self._passed.popleft()
        if self._may_tell(now):
            self._report(
                Transferring(
                    done_bytes=self.before + done_bytes,
                    total_bytes=self.total,
                    bytes_per_s=self._speed(),
                )
            )

    def verified(self, done_bytes: int) -> None:
        """So many bytes of the present file are verified."""
        if self._may_tell(self._clock()):
            self._report(Verifying(done_bytes=self.before + done_bytes, total_bytes=self.total))

    def waits(self, waiting: Waiting) -> None:
        """Nothing comes in."""
        self._told_at = None
        self._report(waiting)

    def _may_tell(self, now: float) -> bool:
        if self._told_at is not None and now - self._told_at < _PAUSE_S:
            return False
        self._told_at = now
        return True

    def _speed(self) -> float | None:
        (since, first), (until, last) = self._passed[0], self._passed[-1]
        # A shorter look says more about buffers than about the network.
        if until - since < 0.5 or last < first:
            return None
        return (last - first) / (until - since)
