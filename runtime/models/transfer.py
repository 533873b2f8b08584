"""What a download says while it runs."""

from dataclasses import dataclass

from runtime.problems import Problem


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
