"""What is kept, restored and read."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.engine.plan import Picture, Unit, Wanted, cells, make_plan, positions

PICTURE = Picture(identity="a", tokens=20, positions=5)
OTHER = Picture(identity="b", tokens=20, positions=5)

units = st.lists(st.one_of(st.integers(0, 3), st.sampled_from([PICTURE, OTHER])), max_size=12)
marks = st.sets(st.integers(1, 12))


def test_that_a_longer_conversation_goes_on_where_memory_ends() -> None:
    plan = make_plan([1, 2, 3], Wanted(units=(1, 2, 3, 4, 5)), [2])
    assert (plan.keep, plan.restore) == (3, False)
    assert [step.units for step in plan.steps] == [(4, 5)]


def test_that_another_ending_goes_back_to_the_newest_checkpoint_before_it() -> None:
    plan = make_plan([1, 2, 3, 4], Wanted(units=(1, 2, 9)), [1, 2, 3])
    assert (plan.keep, plan.restore) == (2, True)


def test_that_the_same_prompt_reads_its_end_again_for_its_logits() -> None:
    plan = make_plan([1, 2, 3], Wanted(units=(1, 2, 3)), [1, 3])
    assert (plan.keep, plan.restore) == (1, True)


def test_that_the_same_history_reads_nothing() -> None:
    plan = make_plan([1, 2, 3], Wanted(units=(1, 2, 3)), [1], logits=False)
    assert (plan.keep, plan.restore, plan.steps) == (3, False, ())


def test_that_nothing_in_common_begins_anew() -> None:
    plan = make_plan([1, 2], Wanted(units=(3, 4)), [1, 2])
    assert (plan.keep, plan.restore) == (0, True)


def test_that_two_pictures_of_equal_size_are_different() -> None:
    plan = make_plan([1, PICTURE, 2], Wanted(units=(1, OTHER, 2)), [1, 2])
    assert plan.keep == 1


def test_that_pictures_and_boundaries_cut_the_reading() -> None:
    wanted = Wanted(units=(1, 2, PICTURE, 3, 4, 5), boundaries=(3, 5))
    steps = make_plan([], wanted, [], logits=False).steps
    assert [step.units for step in steps] == [(1, 2), (PICTURE,), (3, 4), (5,)]
    assert [step.checkpoint_after for step in steps] == [False, True, True, False]


def test_that_a_checkpoint_that_saves_little_cuts_no_batch_while_somebody_waits() -> None:
    wanted = Wanted(units=tuple(range(200)), boundaries=(10, 100, 150))
    steps = make_plan([], wanted, []).steps
    assert [step.units[-1] for step in steps if step.checkpoint_after] == [99]
    pictured = Wanted(units=(1, PICTURE, 2, 3, 4, 5), boundaries=(3, 5))
    steps = make_plan([], pictured, []).steps
    assert [step.units for step in steps] == [(1,), (PICTURE,), (2,), (3, 4, 5)]


def test_that_a_picture_takes_more_cells_than_positions() -> None:
    assert (cells([1, PICTURE]), positions([1, PICTURE])) == (21, 6)


@given(units, units, marks, marks, st.booleans())
def test_that_what_is_kept_and_read_is_what_is_wanted(
    held: list[Unit], wanted: list[Unit], checkpoints: set[int], boundaries: set[int], logits: bool
) -> None:
    if logits and not wanted:
        return
    usable = {mark for mark in checkpoints if mark <= len(held)}
    goal = Wanted(units=tuple(wanted), boundaries=tuple(sorted(boundaries)))
    plan = make_plan(held, goal, usable, logits=logits)
    read = [unit for step in plan.steps for unit in step.units]
    assert held[: plan.keep] + read == wanted
    if plan.restore:
        assert plan.keep == 0 or plan.keep in usable
    else:
        assert plan.keep == len(held)
    if logits:
        assert read
