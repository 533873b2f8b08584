"""Says plainly what this computer lacks to set up, run or test Sideglance.

Run by whatever Python is found, so it uses only what Python 3.7 has as well.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Library:
    """A shared library of the Linux system that Qt loads."""

    file: str
    debian: str
    fedora: str


@dataclass(frozen=True)
class Missing:
    """One thing that is not there, and what brings it."""

    what: str
    debian: str = ""
    fedora: str = ""
    planner: str = ""


# Read from the ELF headers of PySide6-Essentials 6.12.
QT_LIBRARIES = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx"),
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
)
X11_LIBRARIES = (
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-util.so.1", "libxcb-util1", "xcb-util"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
)
WAYLAND_LIBRARIES = (
    Library("libwayland-client.so.0", "libwayland-client0", "libwayland-client"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
)


def missing_python(version: tuple[int, ...], has_module: Callable[[str], bool]) -> list[Missing]:
    """What this Python lacks to make the project's environment."""
    if version < OLDEST_PYTHON:
        found = ".".join(str(number) for number in version[:3])
        return [
            Missing(
                f"Python 3.11 or newer (this is {found})",
                "python3.11",
                "python3.11",
                "name another one with: make PYTHON=/path/to/python3.11",
            )
        ]
    if has_module("venv") and has_module("ensurepip"):
        return []
    return [Missing("Python's venv module", "python3-venv", "python3")]


def missing_compiler(
    which: Callable[[str], str | None], environment: Mapping[str, str]
) -> list[Missing]:
    """The compilers that llama.cpp is built with and that are not there."""
    missing = []
    if not any(which(name) for name in _candidates(environment, "CC", "cc", "gcc", "clang")):
        missing.append(Missing("a C compiler", "gcc", "gcc"))
    if not any(which(name) for name in _candidates(environment, "CXX", "c++", "g++", "clang++")):
        missing.append(Missing("a C++ compiler", "g++", "gcc-c++"))
    return missing


def missing_display(environment: Mapping[str, str]) -> list[Missing]:
    """The display of a Linux session, if a window needs one and there is none."""
    if environment.get("QT_QPA_PLATFORM"):
        return []
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return []
    return [
        Missing(
            "a display (neither DISPLAY nor WAYLAND_DISPLAY is set)",
            "xvfb",
            "xorg-x11-server-Xvfb",
            "run this in a desktop session, or without one: xvfb-run make run",
        )
    ]


def libraries_needed(environment: Mapping[str, str], *, window: bool) -> tuple[Library, ...]:
    """The libraries Qt will load here, for a real window or for an offscreen one."""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if not window or chosen.startswith("offscreen"):
        return QT_LIBRARIES
    if environment.get("WAYLAND_DISPLAY") and not chosen.startswith("xcb"):
        return QT_LIBRARIES + WAYLAND_LIBRARIES
    return QT_LIBRARIES + X11_LIBRARIES


def missing_libraries(libraries: Iterable[Library], loads: Callable[[str], bool]) -> list[Missing]:
    """Those of the libraries that this system cannot load."""
    return [
        Missing(f"the library {library.file}", library.debian, library.fedora)
        for library in libraries
        if not loads(library.file)
    ]


def report(missing: Iterable[Missing]) -> str:
    """What is missing, for a person to read; empty when nothing is."""
    things = list(missing)
    if not things:
        return ""
    lines = ["Sideglance cannot start this: something is missing on this computer."]
    lines += [f"  - {thing.what}" for thing in things]
    lines += [f"    {thing.planner}" for thing in things if thing.planner]
    debian = " ".join(dict.fromkeys(thing.debian for thing in things if thing.debian))
    fedora = " ".join(dict.fromkeys(thing.fedora for thing in things if thing.fedora))
    if sys.platform == "linux" and debian:
        lines.append(f"Debian, Ubuntu:  sudo apt-get install {debian}")
        lines.append(f"Fedora:          sudo dnf install {fedora}")
    elif sys.platform == "darwin":
        lines.append("macOS:           xcode-select --install")
    return "\n".join(lines) + "\n"


def has_module(name: str) -> bool:
    """Whether this Python can import the module."""
    return importlib.util.find_spec(name) is not None


def loads(file: str) -> bool:
    """Whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def check_setup(*, builds: bool) -> list[Missing]:
    """What making the environment needs; `builds` when llama.cpp is still to be compiled."""
    missing = missing_python(tuple(sys.version_info[:3]), has_module)
    # Visual Studio is found by CMake itself and is rarely on the PATH.
    if builds and sys.platform != "win32":
        missing += missing_compiler(shutil.which, os.environ)
    return missing


def check_qt(*, window: bool) -> list[Missing]:
    """What Qt needs here, for a real window or for the tests."""
    if sys.platform != "linux":
        return []
    display = missing_display(os.environ) if window else []
    return display + missing_libraries(libraries_needed(os.environ, window=window), loads)


def _candidates(environment: Mapping[str, str], variable: str, *usual: str) -> tuple[str, ...]:
    chosen = environment.get(variable, "").split(" ")[0]
    return (chosen,) if chosen else usual


def main(arguments: list[str]) -> int:
    """Check for `window` or `tests`; 1 when something is missing."""
    text = report(check_qt(window=arguments == ["window"]))
    sys.stderr.write(text)
    return 1 if text else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
