"""What answers teach about the speed of this machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.plans import PLAN as BASE
from pytestqt.qtbot import QtBot

from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.measurements import load_measurements, pace_key
from app.platform.task_pool import TaskQueue
from runtime.events import AnswerSeconds, Finish, Finished, TokenCounts
from runtime.requests import RequestId

PLAN = replace(BASE, expected_tokens_per_s=20.0, expected_prompt_s=10.0)
KEY = pace_key("machine", PLAN.device, (PLAN.model, PLAN.quantisation))


def answer(*, read: int = 0, prefill: float = 0.0, wrote: int = 1, writing: float = 0) -> Finished:
    return Finished(
        request_id=RequestId(1),
        finish=Finish.STOP,
        tokens=TokenCounts(prompt=read, read=read, generated=wrote),
        seconds=AnswerSeconds(prefill=prefill, first_token=prefill, total=prefill + writing),
    )


@pytest.fixture
def recorder(qtbot: QtBot, tmp_path: Path) -> Iterator[MeasurementRecorder]:
    tasks = TaskQueue("models", 1)
    yield MeasurementRecorder(tmp_path / "learnt.json", tasks)
    tasks.close()


def test_that_writing_and_reading_are_measured_apart_and_kept(
    qtbot: QtBot, recorder: MeasurementRecorder, tmp_path: Path
) -> None:
    # 500 tokens should take 5 s to read, and 100 tokens as long to write.
    recorder.measure("machine", PLAN, answer(read=500, prefill=10.0, wrote=101, writing=2.5))
    assert recorder.measurements.reading_paces == {KEY: 0.5}
    assert recorder.measurements.paces == {KEY: 2.0}
    qtbot.waitUntil(lambda: load_measurements(tmp_path / "learnt.json") == recorder.measurements)


def test_that_newer_answers_count_more_than_the_first(recorder: MeasurementRecorder) -> None:
    for prefill in (10.0, 5.0):
        recorder.measure("machine", PLAN, answer(read=500, prefill=prefill))
    assert recorder.measurements.reading_paces == {KEY: pytest.approx(0.65)}


@pytest.mark.parametrize(
    "finished",
    [
        answer(read=100, prefill=4.0),
        answer(read=500, prefill=0.1),
        answer(wrote=20, writing=9.0),
        answer(wrote=100, writing=0.2),
    ],
)
def test_that_what_is_too_short_to_tell_teaches_nothing(
    recorder: MeasurementRecorder, finished: Finished
) -> None:
    recorder.measure("machine", PLAN, finished)
    assert not recorder.measurements.reading_paces
    assert not recorder.measurements.paces
