from runtime.models.download.download_errors import AttemptError
from runtime.models.download.retry_policy import RetryPolicy, SourceSchedule
from runtime.models.download.sources import sources_for
from runtime.problems import Problem

SOURCES = sources_for("https://a https://b")
PASSING = AttemptError(problem=Problem.DOWNLOAD_INTERRUPTED)
FINAL = AttemptError(problem=Problem.DOWNLOAD_NOT_THERE, is_final=True)


def turns(**options: float) -> SourceSchedule:
    return SourceSchedule(SOURCES, RetryPolicy(**options))  # type: ignore[arg-type]


def host_of(turns: SourceSchedule, now_s: float) -> str | None:
    standing = turns.next(now_s)
    return standing.source.host if standing else None


def fail(
    turns: SourceSchedule, fault: AttemptError, now_s: float, *, brought: bool = False
) -> None:
    standing = turns.next(now_s)
    assert standing is not None
    turns.note_error(standing, fault, brought=brought, now_s=now_s)


def test_that_delays_double_up_to_a_limit() -> None:
    retry_policy = RetryPolicy(first_delay_s=1, longest_delay_s=60)
    assert [retry_policy.delay_s(number) for number in (1, 2, 3, 7, 10_000)] == [1, 2, 4, 60, 60]


def test_that_the_other_source_is_asked_while_the_first_one_rests() -> None:
    waiting = turns()
    fail(waiting, PASSING, 0.0)
    assert host_of(waiting, 0.1) == "b"


def test_that_a_source_that_brought_something_is_asked_again() -> None:
    waiting = turns()
    fail(waiting, PASSING, 0.0, brought=True)
    assert host_of(waiting, 0.1) == "a"


def test_that_a_source_without_the_file_is_not_asked_again() -> None:
    waiting = turns()
    fail(waiting, FINAL, 0.0)
    assert host_of(waiting, 1e6) == "b"
    fail(waiting, FINAL, 0.0)
    assert host_of(waiting, 1e6) is None
    assert waiting.refusal() == FINAL


def test_that_patience_ends_where_nothing_comes_in() -> None:
    waiting = turns(tries=5)
    for number in range(5):
        fail(waiting, PASSING, float(number))
    assert waiting.next(1e6) is None


def test_that_an_order_to_wait_is_obeyed_within_reason() -> None:
    waiting = SourceSchedule(SOURCES[:1], RetryPolicy(longest_order_s=600))
    fail(waiting, AttemptError(problem=Problem.DOWNLOAD_SERVER_BUSY, retry_after_s=1e9), 0.0)
    standing = waiting.next(0.0)
    assert standing is not None
    assert standing.ready_at_s == 600


def test_that_a_wrong_hash_is_blamed_on_who_alone_can_be_to_blame() -> None:
    wrong = AttemptError(problem=Problem.MODEL_HASH_WRONG)
    waiting = turns()
    waiting.note_wrong_hash(["https://a", "https://b"], wrong, in_one_go=True)
    assert host_of(waiting, 0.0) == "a"
    waiting.note_wrong_hash(["https://a"], wrong, in_one_go=True)
    assert host_of(waiting, 0.0) == "b"
