"""Whether a process still runs, by a number that rises as long as it does: pure."""

from ctypes import c_int64

# How often it is worth a look.
LOOK_S = 1.0
# A new process has to start Python first, maybe from a slow disk.
_FIRST_LOOKS = 30


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
