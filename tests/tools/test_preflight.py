"""What a computer may lack, and whether it is told so."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import preflight
from tools.preflight import (
    QT_LIBRARIES,
    WAYLAND_LIBRARIES,
    X11_LIBRARIES,
    Missing,
    libraries_needed,
    missing_compiler,
    missing_display,
    missing_libraries,
    missing_python,
    report,
)

PROJECT = Path(__file__).parents[2]


def whats(missing: list[Missing]) -> list[str]:
    return [thing.what for thing in missing]


def everything(_name: str) -> bool:
    return True


def nothing(_name: str) -> bool:
    return False


def test_that_an_old_python_is_named() -> None:
    assert whats(missing_python((3, 9, 2), everything)) == ["Python 3.11 or newer (this is 3.9.2)"]


def test_that_a_python_without_venv_names_debians_package() -> None:
    (missing,) = missing_python((3, 11, 2), lambda name: name != "ensurepip")
    assert missing.debian == "python3-venv"


def test_that_a_whole_python_lacks_nothing() -> None:
    assert missing_python((3, 11, 0), everything) == []


def test_that_both_compilers_are_looked_for() -> None:
    missing = missing_compiler(lambda _name: None, {})
    assert whats(missing) == ["a C compiler", "a C++ compiler"]
    assert [thing.fedora for thing in missing] == ["gcc", "gcc-c++"]


def test_that_any_usual_compiler_is_enough() -> None:
    found = {"clang": "/usr/bin/clang", "clang++": "/usr/bin/clang++"}
    assert missing_compiler(found.get, {}) == []


def test_that_the_compiler_a_person_named_is_the_one_looked_for() -> None:
    found = {"gcc": "/usr/bin/gcc", "g++": "/usr/bin/g++"}
    assert whats(missing_compiler(found.get, {"CC": "icx -O2"})) == ["a C compiler"]


@pytest.mark.parametrize(
    "environment",
    [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}, {"QT_QPA_PLATFORM": "offscreen"}],
)
def test_that_a_display_of_any_kind_is_enough(environment: dict[str, str]) -> None:
    assert missing_display(environment) == []


def test_that_no_display_says_what_to_do() -> None:
    (missing,) = missing_display({})
    assert "xvfb-run make run" in missing.planner


def test_that_each_display_needs_its_own_libraries() -> None:
    assert libraries_needed({}, window=False) == QT_LIBRARIES
    assert libraries_needed({"DISPLAY": ":0"}, window=True) == QT_LIBRARIES + X11_LIBRARIES
    wayland = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    assert libraries_needed(wayland, window=True) == QT_LIBRARIES + WAYLAND_LIBRARIES
    forced = wayland | {"QT_QPA_PLATFORM": "xcb"}
    assert libraries_needed(forced, window=True) == QT_LIBRARIES + X11_LIBRARIES
    offscreen = wayland | {"QT_QPA_PLATFORM": "offscreen"}
    assert libraries_needed(offscreen, window=True) == QT_LIBRARIES


def test_that_a_library_that_does_not_load_is_missing() -> None:
    missing = missing_libraries(QT_LIBRARIES, lambda file: file != "libEGL.so.1")
    assert whats(missing) == ["the library libEGL.so.1"]
    assert missing_libraries(QT_LIBRARIES, everything) == []
    assert len(missing_libraries(QT_LIBRARIES, nothing)) == len(QT_LIBRARIES)


def test_that_every_library_names_both_packages() -> None:
    for library in QT_LIBRARIES + X11_LIBRARIES + WAYLAND_LIBRARIES:
        assert library.debian.startswith("lib")
        assert library.fedora


def test_that_nothing_missing_is_nothing_said() -> None:
    assert report([]) == ""


def test_that_the_report_names_each_package_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    text = report(
        [Missing("one", "libone", "libxcb"), Missing("two", "libtwo", "libxcb", "do this")]
    )
    assert "  - one\n  - two\n    do this\n" in text
    assert "sudo apt-get install libone libtwo\n" in text
    assert "sudo dnf install libxcb\n" in text


@pytest.mark.skipif(sys.platform != "linux", reason="checks a Linux session")
def test_that_a_window_without_a_display_ends_with_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.preflight", "window"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in done.stderr


def test_that_the_tests_have_what_they_need_here() -> None:
    assert preflight.check_qt(window=False) == []
