"""The warm-up: what it picks, that it is remembered, and that it changes no answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.engines import ask, question
from helpers.keeping_engines import load_keeping

from runtime.content import Role, text_message
from runtime.engine.llama_library import NativeLog, start_llama
from runtime.engine.tuning import Tuning, load_tuning, measure, save_tuning

CORES = (8, 16)


class Machine:
    """A machine whose speeds are known; its clock goes only while it reads."""

    def __init__(
        self, *, writing_s: Callable[[int], float], reading_s: Callable[[int, int], float]
    ) -> None:
        self.now = 0.0
        self._writing_s = writing_s
        self._reading_s = reading_s

    def clock(self) -> float:
        return self.now

    def __call__(self, count: int, *, writing_threads: int, reading_threads: int) -> None:
        if count == 1:
            self.now += self._writing_s(writing_threads)
        else:
            self.now += self._reading_s(count, reading_threads)


def tuned(machine: Machine, *, largest: int = 256, stops: bool = False) -> Tuning | None:
    return measure(
        machine,
        cores=CORES,
        largest_batch=largest,
        stopped=lambda: stops,
        clock=machine.clock,
    )


def test_that_each_way_gets_its_own_fastest_threads() -> None:
    machine = Machine(
        writing_s=lambda threads: abs(threads - 4) + 0.1,
        reading_s=lambda count, threads: count / threads / 1000,
    )
    assert tuned(machine) == Tuning(
        writing_threads=4, reading_threads=16, batch_size=64, cores=CORES
    )


def test_that_a_larger_batch_is_taken_where_it_is_faster() -> None:
    machine = Machine(
        writing_s=lambda _threads: 0.01,
        reading_s=lambda count, _threads: 0.1 + count / 1000,
    )
    best = tuned(machine)
    assert best is not None
    assert best.batch_size == 256


def test_that_no_batch_is_tried_that_would_take_long() -> None:
    counts: list[int] = []

    def reading_s(count: int, _threads: int) -> float:
        counts.append(count)
        return 1.0 + count / 50

    best = tuned(Machine(writing_s=lambda _threads: 0.5, reading_s=reading_s))
    assert best is not None
    assert (best.batch_size, max(counts)) == (64, 64)


def test_that_a_stop_ends_the_warm_up() -> None:
    machine = Machine(writing_s=lambda _threads: 1.0, reading_s=lambda _count, _threads: 1.0)
    assert tuned(machine, stops=True) is None
    assert machine.now == 0


def test_that_a_tuning_is_remembered_for_this_machine_only(tmp_path: Path) -> None:
    tuning = Tuning(writing_threads=4, reading_threads=8, batch_size=128, cores=CORES)
    path = tmp_path / "cache" / "tuning.json"
    save_tuning(path, tuning)
    assert load_tuning(path, CORES) == tuning
    assert load_tuning(path, (4, 8)) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"writing_threads": "4", "reading_threads": 8, "batch_size": 64}', "null"],
)
def test_that_a_damaged_tuning_is_measured_again(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tuning.json"
    path.write_text(text)
    assert load_tuning(path, CORES) is None


@pytest.fixture(scope="module")
def native_log() -> NativeLog:
    return start_llama()


@pytest.mark.model
def test_that_a_warm_up_is_done_once_and_changes_no_answer(
    native_log: NativeLog, tmp_path: Path
) -> None:
    first = question("Count from 1 to 9.")
    plain = load_keeping(native_log, None)
    expected = [ask(plain, [first]).text, ask(plain, [question("Who are you?")]).text]
    plain.close()

    engine = load_keeping(native_log, tmp_path)
    assert engine.has_prefill_ahead
    one = ask(engine, [first])
    engine.settle(lambda: False)
    assert [path.name[:7] for path in tmp_path.glob("tuning-*.json")] == ["tuning-"]
    assert not engine.has_prefill_ahead
    again = ask(engine, [first, text_message(Role.ASSISTANT, one.text), question("Who are you?")])
    assert again.finished.tokens.reused > 0
    assert [one.text, ask(engine, [question("Who are you?")]).text] == expected
    engine.close()

    engine = load_keeping(native_log, tmp_path)
    assert not engine.has_prefill_ahead
    assert ask(engine, [first]).text == expected[0]
    engine.close()


@pytest.mark.model
def test_that_a_question_ends_the_warm_up_and_it_comes_back(
    native_log: NativeLog, tmp_path: Path
) -> None:
    engine = load_keeping(native_log, tmp_path)
    engine.settle(lambda: True)
    assert engine.has_prefill_ahead
    assert not list(tmp_path.glob("tuning-*.json"))
    engine.settle(lambda: False)
    assert not engine.has_prefill_ahead
    engine.close()
