"""What is kept, restored and read."""

from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from runtime.engine.prefill_plan import (
    BLOCK,
    Picture,
    Plan,
    Unit,
    WantedPrompt,
    cells,
    make_plan,
    positions,
)

PICTURE = Picture(identity="a", tokens=20, positions=5)
OTHER = Picture(identity="b", tokens=20, positions=5)

units = st.lists(st.one_of(st.integers(0, 3), st.sampled_from([PICTURE, OTHER])), max_size=12)
marks = st.sets(st.integers(1, 12))


def test_that_a_longer_conversation_goes_on_where_memory_ends() -> None:
    plan = make_plan([1, 2, 3], WantedPrompt(units=(1, 2, 3, 4, 5)), [2])
    assert (plan.keep, plan.restore) == (3, False)
    assert [step.units for step in plan.steps] == [(4, 5)]


def test_that_another_ending_goes_back_to_the_newest_checkpoint_before_it() -> None:
    plan = make_plan([1, 2, 3, 4], WantedPrompt(units=(1, 2, 9)), [1, 2, 3])
    assert (plan.keep, plan.restore) == (2, True)


def test_that_the_same_prompt_reads_its_end_again_for_its_logits() -> None:
    plan = make_plan([1, 2, 3], WantedPrompt(units=(1, 2, 3)), [1, 3])
    assert (plan.keep, plan.restore) == (1, True)


def test_that_the_same_history_reads_nothing() -> None:
    plan = make_plan([1, 2, 3], WantedPrompt(units=(1, 2, 3)), [1], logits=False)
    assert (plan.keep, plan.restore, plan.steps) == (3, False, ())


def test_that_nothing_in_common_begins_anew() -> None:
    plan = make_plan([1, 2], WantedPrompt(units=(3, 4)), [1, 2])
    assert (plan.keep, plan.restore) == (0, True)


def test_that_two_pictures_of_equal_size_are_different() -> None:
    plan = make_plan([1, PICTURE, 2], WantedPrompt(units=(1, OTHER, 2)), [1, 2])
    assert plan.keep == 1


def test_that_pictures_and_boundaries_cut_the_reading() -> None:
    wanted = WantedPrompt(units=(1, 2, PICTURE, 3, 4, 5), boundaries=(3, 5))
    steps = make_plan([], wanted, [], logits=False).steps
    assert [step.units for step in steps] == [(1, 2), (PICTURE,), (3, 4), (5,)]
    assert [step.checkpoint_after for step in steps] == [False, True, True, False]


def spans(plan: Plan) -> list[tuple[int, bool]]:
    return [(len(step.units), step.checkpoint_after) for step in plan.steps]


def test_that_a_turn_is_read_in_whole_blocks_and_what_is_left_over() -> None:
    wanted = WantedPrompt(units=tuple(range(400)), boundaries=(150,))
    assert spans(make_plan([], wanted, [])) == [(128, False), (22, True), (192, False), (58, False)]


def test_that_small_batches_are_put_together_while_somebody_waits() -> None:
    wanted = WantedPrompt(units=tuple(range(90)), boundaries=(20, 40, 75, 85))
    # 20 + 20 are less than a block; with 35 more they would not be.
    assert spans(make_plan([], wanted, [])) == [(40, False), (35, True), (15, False)]
    assert spans(make_plan([], wanted, [], logits=False)) == [
        (20, False),
        (20, False),
        (35, True),
        (10, True),
        (5, False),
    ]
    # The end of the last question, for another answer to it, and of that answer.
    settled = WantedPrompt(units=tuple(range(90)), boundaries=(20, 40, 75, 90))
    assert spans(make_plan([], settled, [], logits=False))[-2:] == [(35, True), (15, True)]


def test_that_a_picture_is_never_read_again_for_a_few_words() -> None:
    pictured = WantedPrompt(units=(1, PICTURE, 2, 3, 4, 5), boundaries=(3, 5))
    steps = make_plan([], pictured, []).steps
    assert [step.units for step in steps] == [(1,), (PICTURE,), (2,), (3, 4, 5)]
    assert [step.checkpoint_after for step in steps] == [False, False, True, False]


def test_that_a_draft_goes_on_until_it_fills_a_block() -> None:
    held = tuple(range(100))
    short = WantedPrompt(units=tuple(range(120)), boundaries=(60,), draft=62)
    assert make_plan(held, short, [60], logits=False).keep == 100
    # From 60 on, 64 tokens are a block now: they were not read as one.
    longer = WantedPrompt(units=tuple(range(140)), boundaries=(60,), draft=62)
    plan = make_plan(held, longer, [60], logits=False)
    assert (plan.keep, plan.restore) == (60, True)
    assert spans(plan) == [(64, True), (16, False)]


def read_ways(
    held: Sequence[Unit], wanted: WantedPrompt, marks: set[int], ways: list[str]
) -> list[str]:
    """How each token of memory was read, after a plan was carried out."""
    plan = make_plan(held, wanted, marks, logits=False)
    ways = ways[: plan.keep]
    for step in plan.steps:
        ways += ["block" if len(step.units) >= BLOCK else "rest"] * len(step.units)
    return ways


@given(
    st.lists(st.integers(min_value=1, max_value=200), max_size=5),
    st.lists(st.integers(min_value=1, max_value=150), min_size=1, max_size=6),
)
def test_that_a_typed_question_is_read_as_one_that_was_sent_at_once(
    turns: list[int], typed: list[int]
) -> None:
    boundaries = tuple(accumulate(turns))
    before = sum(turns)
    held: tuple[Unit, ...] = ()
    ways: list[str] = []
    marks: set[int] = set()
    for length in accumulate(typed):
        draft = WantedPrompt(
            units=tuple(range(before + length)), boundaries=boundaries, draft=before
        )
        plan = make_plan(held, draft, marks, logits=False)
        ways = read_ways(held, draft, marks, ways)
        marks = {mark for mark in marks if mark <= plan.keep}
        place = plan.keep
        for step in plan.steps:
            place += len(step.units)
            marks |= {place} if step.checkpoint_after else set()
        held = draft.units
    end = len(held) + 2
    sent = WantedPrompt(units=tuple(range(end + 7)), boundaries=(*boundaries, end))
    assert read_ways(held, sent, marks, ways) == read_ways((), sent, set(), [])


def test_that_a_picture_takes_more_cells_than_positions() -> None:
    assert (cells([1, PICTURE]), positions([1, PICTURE])) == (21, 6)


@given(units, units, marks, marks, st.booleans())
def test_that_what_is_kept_and_read_is_what_is_wanted(
    held: list[Unit], wanted: list[Unit], checkpoints: set[int], boundaries: set[int], logits: bool
) -> None:
    if logits and not wanted:
        return
    usable = {mark for mark in checkpoints if mark <= len(held)}
    goal = WantedPrompt(units=tuple(wanted), boundaries=tuple(sorted(boundaries)))
    plan = make_plan(held, goal, usable, logits=logits)
    read = [unit for step in plan.steps for unit in step.units]
    assert held[: plan.keep] + read == wanted
    if plan.restore:
        assert plan.keep == 0 or plan.keep in usable
    else:
        assert plan.keep == len(held)
    if logits:
        assert read
