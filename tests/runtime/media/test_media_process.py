import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from helpers.project import ROOT

from runtime.media.media_process import Job, run
from runtime.problems import FileFailure, Problem, Stopped


class Hang:
    """A decoder that never comes back; says that it started."""

    def __init__(self, started: Path) -> None:
        self.started = started

    def __call__(self) -> object:
        self.started.write_text(str(os.getpid()))
        while True:
            time.sleep(60)


class Answer:
    """A decoder that answers at once."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def __call__(self) -> object:
        return self.answer


class Refuse:
    """A decoder that knows what is wrong."""

    def __call__(self) -> object:
        raise FileFailure(Problem.PICTURE_DAMAGED, "cat.png")


class Stumble:
    """A decoder with a mistake in it."""

    def __call__(self) -> object:
        raise KeyError("nobody thought of this")


class TakeMemory:
    """A decoder that a file talks into taking all memory there is."""

    def __call__(self) -> object:
        return len(bytearray(8 << 30))


def never() -> bool:
    return False


def start(job: Job, *, timeout_s: float = 30.0) -> object:
    return run(job, name="cat.png", timeout_s=timeout_s, stopped=never)


def media_children() -> list[psutil.Process]:
    # multiprocessing keeps a process of its own, until its parent ends.
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if "resource_tracker" not in " ".join(child.cmdline())
    ]


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    yield
    assert media_children() == []


def test_that_an_answer_comes_back() -> None:
    assert start(Answer({"width": 3, "times_s": [0.0, 0.5]})) == {"width": 3, "times_s": [0.0, 0.5]}


def test_that_a_failure_keeps_its_problem_and_detail() -> None:
    with pytest.raises(FileFailure) as caught:
        start(Refuse())
    assert (caught.value.problem, caught.value.detail) == (Problem.PICTURE_DAMAGED, "cat.png")


@pytest.mark.parametrize("job", [os.abort, functools.partial(os._exit, 0), Stumble()])
def test_that_a_crash_costs_one_file_failure(job: Job) -> None:
    with pytest.raises(FileFailure) as caught:
        start(job)
    assert caught.value.problem is Problem.MEDIA_CRASHED


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits addresses")
def test_that_a_job_cannot_take_all_memory() -> None:
    with pytest.raises(FileFailure) as caught:
        start(TakeMemory())
    assert caught.value.problem is Problem.MEDIA_CRASHED


def test_that_an_answer_too_long_to_be_honest_is_refused() -> None:
    with pytest.raises(FileFailure) as caught:
        start(Answer("x" * (2 << 20)))
    assert caught.value.problem is Problem.MEDIA_CRASHED


def test_that_a_decoder_that_hangs_costs_its_time_limit(tmp_path: Path) -> None:
    with pytest.raises(FileFailure) as caught:
        start(Hang(tmp_path / "started"), timeout_s=0.5)
    assert (caught.value.problem, caught.value.detail) == (Problem.MEDIA_TOO_SLOW, "cat.png")


def test_that_a_stop_ends_a_running_job(tmp_path: Path) -> None:
    started = tmp_path / "started"
    with pytest.raises(Stopped):
        run(Hang(started), name="cat.png", timeout_s=60, stopped=started.exists)


def test_that_nothing_is_started_once_stopped(tmp_path: Path) -> None:
    started = tmp_path / "started"
    with pytest.raises(Stopped):
        run(Hang(started), name="cat.png", timeout_s=60, stopped=lambda: True)
    assert not started.exists()


PARENT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_media_process import Hang, start
if __name__ == "__main__":
    start(Hang(Path(sys.argv[1])), timeout_s=600)
"""


def test_that_a_job_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script, started = tmp_path / "parent.py", tmp_path / "started"
    script.write_text(PARENT)
    root = ROOT
    with subprocess.Popen(
        [sys.executable, str(script), str(started), str(Path(__file__).parent)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(root / "tests")))},
    ) as parent:
        while not (started.exists() and started.read_text()):
            assert parent.poll() is None
            time.sleep(0.02)
        job = psutil.Process(int(started.read_text()))
        parent.kill()
    psutil.wait_procs([job], timeout=30)
    assert not job.is_running() or job.status() == psutil.STATUS_ZOMBIE


def test_that_the_public_face_loads_no_decoder() -> None:
    program = (
        "import sys, runtime.media.client\n"
        "print({'PIL', 'av', 'cv2', 'pillow_heif', 'numpy'} & set(sys.modules))"
    )
    root = ROOT
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
