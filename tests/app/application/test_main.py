"""The program as its own process, as a person starts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from helpers.project import ROOT

HEAVY = ("PIL", "av", "cv2", "gguf", "jinja2", "llama_cpp", "numpy", "pillow_heif")


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def test_that_the_window_loads_nothing_that_belongs_to_the_other_processes() -> None:
    program = (
        "import sys, app.application.main\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_a_polite_signal_closes_everything(tmp_path: Path, number: signal.Signals) -> None:
    home = tmp_path / "home"
    log = home / "logs" / "window.log"
    with subprocess.Popen(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        env={**os.environ, "SIDEGLANCE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        wait_until(lambda: log.exists() and "loaded in" in log.read_text())
        children = psutil.Process(program.pid).children(recursive=True)
        assert children
        program.send_signal(number)
        _, errors = program.communicate(timeout=60)
    assert program.returncode == 0
    assert errors == ""
    assert log.read_text().rstrip().endswith("closed")
    assert not psutil.wait_procs(children, timeout=10)[1]


@pytest.mark.model
def test_that_a_second_window_on_the_same_chats_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    log = home / "logs" / "window.log"
    environment = {**os.environ, "SIDEGLANCE_HOME": str(home)}
    command = [sys.executable, "-m", "app"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as first:
        wait_until(lambda: log.exists() and "loaded in" in log.read_text())
        with subprocess.Popen(command, cwd=ROOT, env=environment) as second:
            wait_until(lambda: "another window is open" in log.read_text())
            second.kill()
        first.terminate()
    assert first.returncode == 0
    assert log.read_text().count("opening the chats") == 1
