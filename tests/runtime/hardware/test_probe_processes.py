"""Probes in real processes that hang, die and lie."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.hardware.memory_budget import budgets
from runtime.hardware.probe_processes import ask_all
from runtime.hardware.probes.probe_list import Probe
from runtime.hardware.probes.system_tools import Absent, Refused
from runtime.hardware.recording import ProbeResult, Trouble
from runtime.machine_probe import probe_machine

LIMIT_S = 30.0
FOREVER_S = 600


def well() -> object:
    return {"figure": 7}


def also_well() -> object:
    return [1, 2]


def hangs() -> object:
    time.sleep(FOREVER_S)
    return None


def dies() -> object:
    os.kill(os.getpid(), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    return None


def aborts() -> object:
    os.abort()


def leaves() -> object:
    sys.exit(3)


def raises() -> object:
    raise ZeroDivisionError


def gives_an_object() -> object:
    return {1, 2}


def floods() -> object:
    return "x" * (2 << 20)


def prints() -> object:
    os.write(1, b"noise of a driver")
    os.write(2, b"more noise")
    return "quiet"


def is_absent() -> object:
    raise Absent("the tool")


def refuses() -> object:
    raise Refused("code 9")


def runs_out_of_time() -> object:
    raise TimeoutError


def probe(ask: Callable[[], object], limit_s: float = LIMIT_S) -> Probe:
    return Probe(name=name_of(ask), ask=ask, limit_s=limit_s)


def name_of(ask: object) -> str:
    return getattr(ask, "__name__", "")


WELL = ProbeResult(output={"figure": 7})


@pytest.mark.parametrize(
    ("ask", "result"),
    [
        (dies, ProbeResult(trouble=Trouble.CRASHED)),
        (aborts, ProbeResult(trouble=Trouble.CRASHED)),
        (leaves, ProbeResult(trouble=Trouble.CRASHED)),
        (raises, ProbeResult(trouble=Trouble.CRASHED, detail="ZeroDivisionError")),
        (gives_an_object, ProbeResult(trouble=Trouble.CRASHED, detail="TypeError")),
        (floods, ProbeResult(trouble=Trouble.CRASHED)),
        (prints, ProbeResult(output="quiet")),
        (is_absent, ProbeResult(trouble=Trouble.ABSENT, detail="the tool")),
        (refuses, ProbeResult(trouble=Trouble.FAILED, detail="code 9")),
        (runs_out_of_time, ProbeResult(trouble=Trouble.TIMED_OUT)),
    ],
    ids=name_of,
)
def test_that_whatever_one_probe_does_the_others_answer(
    ask: Callable[[], object], result: ProbeResult
) -> None:
    results = ask_all([[probe(well), probe(ask), probe(also_well)]], limit_s=LIMIT_S)
    assert results["well"] == WELL
    assert results[name_of(ask)] == result
    assert results["also_well"] == ProbeResult(output=[1, 2])


def test_that_what_drivers_write_does_not_reach_our_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert ask_all([[probe(prints)]], limit_s=LIMIT_S)["prints"].output == "quiet"
    assert capfd.readouterr() == ("", "")


def test_that_a_probe_that_hangs_costs_its_limit_and_its_group_goes_on() -> None:
    begun = time.monotonic()
    results = ask_all(
        [[probe(hangs, limit_s=0.3), probe(well)], [probe(also_well)]], limit_s=LIMIT_S
    )
    assert results["hangs"].trouble is Trouble.TIMED_OUT
    assert results["well"] == WELL
    assert results["also_well"].trouble is None
    assert time.monotonic() - begun < LIMIT_S


def test_that_the_whole_ends_in_time_and_says_who_was_not_heard() -> None:
    begun = time.monotonic()
    results = ask_all([[probe(hangs), probe(well)], [probe(dies)]], limit_s=3.0)
    assert time.monotonic() - begun < LIMIT_S
    assert results["hangs"].trouble is Trouble.TIMED_OUT
    assert results["well"].trouble is Trouble.TIMED_OUT
    assert results["dies"].trouble is Trouble.CRASHED


def test_that_nothing_to_ask_is_no_trouble() -> None:
    assert ask_all([], limit_s=1.0) == {}
    assert ask_all([[]], limit_s=1.0) == {}


def test_that_this_very_machine_is_looked_at(tmp_path: Path) -> None:
    report = probe_machine(tmp_path / "not yet there")
    assert report.ram.total_bytes > 1 << 30
    assert report.processor.physical_cores >= 1
    assert report.disk is not None
    assert "CPU" in report.build.backends


@pytest.mark.skipif(
    sys.platform != "linux"
    or any(Path("/dev").glob("dri/renderD*"))
    or Path("/dev/nvidia0").exists(),
    reason="only where the kernel itself offers no graphics device",
)
def test_that_a_machine_without_graphics_has_the_processor_only(tmp_path: Path) -> None:
    report = probe_machine(tmp_path)
    assert report.build.devices == ()
    assert [each.device for each in budgets(report)] == [""]
