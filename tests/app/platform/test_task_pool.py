import threading

import pytest
from pytestqt.qtbot import QtBot

from app.platform.task_pool import TaskPool, TaskQueue
from runtime.problems import Problem, RuntimeFailure


def test_that_a_result_arrives_on_the_gui_thread(qtbot: QtBot) -> None:
    tasks = TaskQueue("test", 1)
    threads: list[tuple[threading.Thread, threading.Thread]] = []
    tasks.run(
        threading.current_thread,
        then=lambda worker: threads.append((worker, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: len(threads) == 1)
    tasks.close()
    assert threads[0][0] is not threading.main_thread()
    assert threads[0][1] is threading.main_thread()


def test_that_jobs_of_a_serial_queue_keep_their_order(qtbot: QtBot) -> None:
    tasks = TaskQueue("test", 1)
    done: list[int] = []
    for number in range(50):
        tasks.run(lambda number=number: number, then=done.append)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(done) == 50)
    tasks.close()
    assert done == list(range(50))


def test_that_a_named_problem_arrives_as_it_is(qtbot: QtBot) -> None:
    tasks = TaskQueue("test", 1)
    failures: list[RuntimeFailure] = []

    def fail() -> None:
        raise RuntimeFailure(Problem.FILE_EMPTY, "a.png")

    tasks.run(fail, failed=failures.append)
    qtbot.waitUntil(lambda: len(failures) == 1)
    tasks.close()
    assert (failures[0].problem, failures[0].detail) == (Problem.FILE_EMPTY, "a.png")


@pytest.mark.logs_warnings
def test_that_an_unexpected_error_is_told_without_its_words_and_the_queue_goes_on(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = TaskQueue("test", 1)
    failures: list[RuntimeFailure] = []

    def fail() -> None:
        raise LookupError("what the user wrote")

    tasks.run(fail, failed=failures.append)
    tasks.run(fail, failed=failures.append)
    qtbot.waitUntil(lambda: len(failures) == 2)
    tasks.close()
    assert failures[0].problem is Problem.UNEXPECTED
    assert "what the user wrote" not in caplog.text
    assert "LookupError" in caplog.text


def test_that_closing_waits_for_what_was_begun_and_given(qtbot: QtBot) -> None:
    tasks = TaskQueue("test", 1)
    go_on = threading.Event()
    done: list[str] = []

    def wait() -> None:
        go_on.wait()
        done.append("begun")

    tasks.run(wait)
    tasks.run(lambda: done.append("given"))
    go_on.set()
    tasks.close()
    assert done == ["begun", "given"]


def test_that_closing_can_drop_what_was_not_begun(qtbot: QtBot) -> None:
    tasks = TaskQueue("test", 1)
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def wait() -> None:
        begun.set()
        go_on.wait()
        done.append("begun")

    tasks.run(wait)
    tasks.run(lambda: done.append("given"))
    begun.wait()
    threading.Timer(0.05, go_on.set).start()
    tasks.close(drop_waiting=True)
    assert done == ["begun"]


@pytest.mark.logs_warnings
def test_that_a_closed_queue_takes_no_more(qtbot: QtBot) -> None:
    task_pool = TaskPool()
    task_pool.close()
    done: list[None] = []
    task_pool.store.run(lambda: done.append(None))
    assert done == []
