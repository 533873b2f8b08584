"""Memory that comes back."""

from runtime.engine.context import BufferPool


def test_that_memory_nobody_holds_is_used_again() -> None:
    pool = BufferPool()
    first = pool.take(1000)
    place = first.ctypes.data
    del first
    assert pool.take(1000).ctypes.data == place


def test_that_memory_somebody_holds_is_left_alone() -> None:
    pool = BufferPool()
    first = pool.take(1000)
    first[:] = 7
    part = first[10:20]
    del first
    second = pool.take(1000)
    second[:] = 9
    assert part.tolist() == [7] * 10


def test_that_a_buffer_has_the_size_that_was_asked_for() -> None:
    pool = BufferPool()
    pool.prepare(1000)
    assert pool.take(500).nbytes == 500
    assert pool.take(1000).nbytes == 1000
