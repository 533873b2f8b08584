from runtime.models.download.progress import Progress, Transferring, TransferState


def test_that_speed_is_of_the_last_seconds_and_told_ten_times_a_second() -> None:
    states: list[TransferState] = []
    now = 0.0
    progress = Progress(states.append, 1000, clock=lambda: now)
    progress.before = 100
    for step in range(200):
        now = step * 0.05
        progress.moved(step)
    assert 70 <= len(states) <= 101
    last = states[-1]
    assert isinstance(last, Transferring)
    assert last.bytes_per_s is not None
    assert abs(last.bytes_per_s - 20) < 0.1
    assert last.seconds_left is not None
    assert abs(last.seconds_left - (1000 - last.done_bytes) / 20) < 1


def test_that_no_speed_is_told_before_it_is_known() -> None:
    states: list[TransferState] = []
    Progress(states.append, 10).moved(5)
    assert states == [Transferring(done_bytes=5, total_bytes=10)]
