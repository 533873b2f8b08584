from ctypes import c_int64

import pytest

from runtime.process_health import Liveness


class Clock:
    """Goes on by a step at each look."""

    def __init__(self, step_s: float = 1.0) -> None:
        self._now = 0.0
        self._step_s = step_s

    def __call__(self) -> float:
        self._now += self._step_s
        return self._now


@pytest.fixture
def heartbeat() -> c_int64:
    return c_int64(0)


def test_that_a_heart_that_beats_is_never_still(heartbeat: c_int64) -> None:
    liveness, clock = Liveness(heartbeat), Clock()
    for _ in range(100):
        heartbeat.value += 1
        liveness.look(clock())
        assert not liveness.is_still(1)


def test_that_a_heart_that_stopped_is_still_after_so_many_looks(heartbeat: c_int64) -> None:
    liveness, clock = Liveness(heartbeat), Clock()
    heartbeat.value += 1
    liveness.look(clock())
    for looks in range(1, 5):
        liveness.look(clock())
        assert liveness.is_still(looks)
        assert not liveness.is_still(looks + 1)
    heartbeat.value += 1
    liveness.look(clock())
    assert not liveness.is_still(1)


def test_that_a_process_may_take_long_to_start(heartbeat: c_int64) -> None:
    liveness, clock = Liveness(heartbeat), Clock()
    for _ in range(29):
        liveness.look(clock())
    assert not liveness.is_still(3)
    liveness.look(clock())
    assert liveness.is_still(3)


def test_that_looks_in_quick_succession_count_as_one(heartbeat: c_int64) -> None:
    liveness, clock = Liveness(heartbeat), Clock(step_s=0.001)
    heartbeat.value += 1
    liveness.look(clock())
    for _ in range(100):
        liveness.look(clock())
    assert not liveness.is_still(1)


def test_that_a_laptop_that_slept_for_hours_has_missed_one_beat(heartbeat: c_int64) -> None:
    liveness = Liveness(heartbeat)
    heartbeat.value += 1
    liveness.look(1.0)
    liveness.look(40_000.0)
    assert not liveness.is_still(2)
