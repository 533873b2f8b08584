"""When to try again, at which source, and when to give up: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.models.download.download_errors import AttemptError
from runtime.models.download.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long to go on where nothing comes in.

    Attributes:
        first_delay_s: before the second attempt at a source; doubled each time
        longest_delay_s: between two attempts
        longest_order_s: most that a server's `Retry-After` is obeyed
        tries: attempts in a row that bring nothing, before the user is asked
    """

    first_delay_s: float = 1.0
    longest_delay_s: float = 60.0
    longest_order_s: float = 600.0
    tries: int = 20

    def delay_s(self, failures: int) -> float:
        """How long to leave a source alone that failed so often in a row."""
        # Beyond some doublings the cap holds anyway.
        return min(self.first_delay_s * 2.0 ** min(failures - 1, 16), self.longest_delay_s)


@dataclass(slots=True, kw_only=True)
class SourceState:
    """What is known of one source for one file.

    Attributes:
        failures: in a row, without a byte
        ready_at_s: not to be asked earlier, on the caller's clock
        wrong_hashes: files it had a part in that were not what they should be
        refusal: why it is not asked any more
        asks_whole: it mishandled a request for a part
    """

    source: Source
    failures: int = 0
    ready_at_s: float = 0.0
    wrong_hashes: int = 0
    refusal: AttemptError | None = None
    asks_whole: bool = False


class SourceSchedule:
    """Whose turn it is to be asked for a file."""

    def __init__(self, sources: Sequence[Source], retry_policy: RetryPolicy) -> None:
        self._standings = [SourceState(source=source) for source in sources]
        self._retry_policy = retry_policy
        self._fruitless = 0
        self._fruitful: SourceState | None = None

    def next(self, now_s: float) -> SourceState | None:
        """The source to ask next, maybe only after a while; None if none is left.

        One that brought something is asked again. Otherwise it is the one that is ready first,
        and of several the one that failed least.
        """
        left = [standing for standing in self._standings if standing.refusal is None]
        if not left or self._fruitless >= self._retry_policy.tries:
            return None
        if self._fruitful in left:
            return self._fruitful
        return min(left, key=lambda one: (max(one.ready_at_s, now_s), one.failures))

    def note_error(
        self, standing: SourceState, fault: AttemptError, *, brought: bool, now_s: float
    ) -> None:
        """An attempt failed.

        Args:
            standing: of the source
            fault: why
            brought: it had brought new bytes before
            now_s: by the caller's clock
        """
        self._fruitless = 0 if brought else self._fruitless + 1
        self._fruitful = standing if brought else None
        standing.failures = 1 if brought else standing.failures + 1
        standing.asks_whole = standing.asks_whole or fault.asks_whole
        if fault.is_final:
            standing.refusal = fault
        ordered_s = min(fault.retry_after_s or 0.0, self._retry_policy.longest_order_s)
        delay_s = self._retry_policy.delay_s(standing.failures)
        standing.ready_at_s = now_s + max(ordered_s, delay_s)

    def note_wrong_hash(
        self, bases: Sequence[str], fault: AttemptError, *, in_one_go: bool
    ) -> None:
        """A whole file had the wrong hash.

        Args:
            bases: addresses of the sources that its bytes came from
            fault: what to say if nobody is left
            in_one_go: all of it was fetched now, so that no old part can be to blame
        """
        for standing in self._standings:
            if standing.source.base in bases:
                standing.wrong_hashes += 1
                is_proven = in_one_go and len(bases) == 1
                if is_proven or standing.wrong_hashes > 1:
                    standing.refusal = fault

    def refusal(self) -> AttemptError | None:
        """What to tell the user when no source is left: the first one's reason."""
        return next((one.refusal for one in self._standings if one.refusal), None)
