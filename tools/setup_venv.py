"""Makes .venv and installs what the lock files in requirements/ name; quick when done before.

    python3 -m tools.setup_venv          what the program needs
    python3 -m tools.setup_venv --dev    what its tests and checks need as well

Run by whatever Python is found, so it uses only what Python 3.7 has as well.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tools import preflight

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
BUILD, RUNTIME, DEV = (
    PROJECT / "requirements" / name for name in ("build.txt", "runtime.txt", "dev.txt")
)
_NO_AMX = "-mno-amx-int8"


def fingerprint(files: list[Path]) -> str:
    """A hash of the files' content; a stamp that holds it says they are installed."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def set_up(*, dev: bool) -> int:
    """Bring .venv to what the lock files say; returns the exit code."""
    stamp = VENV / ("sideglance-dev" if dev else "sideglance-runtime")
    wanted = fingerprint([BUILD, RUNTIME, PROJECT / "pyproject.toml"] + [DEV] * dev)
    if VENV_PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return 0
    builds = not any(VENV.glob("[Ll]ib/**/site-packages/llama_cpp"))
    text = preflight.report(preflight.check_setup(builds=builds))
    if text:
        sys.stderr.write(text)
        return 1
    try:
        _install(builds=builds, dev=dev)
    except subprocess.CalledProcessError as failure:
        sys.stderr.write(f"Setting up .venv failed (exit code {failure.returncode}); see above.\n")
        return 1
    stamp.write_text(wanted)
    return 0


def _install(*, builds: bool, dev: bool) -> None:
    if not VENV_PYTHON.exists():
        _say("Making .venv")
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    _say("Installing the tools that build packages")
    _pip("--require-hashes", "-r", str(BUILD))
    if builds:
        _say("Installing; llama.cpp is compiled once, which can take ten minutes")
    # Without build isolation llama-cpp-python is built with the pinned tools above.
    # Isolation would fetch whatever is newest.
    _pip("--require-hashes", "--no-build-isolation", "-r", str(RUNTIME))
    if dev:
        _say("Installing the tools for tests and checks")
        _pip("--require-hashes", "-r", str(DEV))
    _pip("-qq", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT))


def _pip(*arguments: str) -> None:
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True, env=dict(os.environ, **_compiler_flags()))


def _compiler_flags() -> dict[str, str]:
    """Flags for what is compiled, as CMake takes them from the environment.

    WORKAROUND: GCC 12.2 leaves out most of what llama.cpp writes into the configuration
    of AMX tiles (its `_tile_loadconfig` names 8 of the 64 bytes that are read), so that the
    first product on such a processor ends in a segmentation fault. Only servers have AMX.
    """
    flags = {}
    for variable, name, usual in (("CFLAGS", "CC", "cc"), ("CXXFLAGS", "CXX", "c++")):
        given = os.environ.get(variable, "")
        if _compiles(os.environ.get(name, usual), _NO_AMX):
            flags[variable] = f"{given} {_NO_AMX}".strip()
    return flags


def _compiles(compiler: str, flag: str) -> bool:
    """Whether a compiler knows a flag; those for other processors do not."""
    command = [*compiler.split(), flag, "-Werror", "-E", "-x", "c", os.devnull, "-o", os.devnull]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _say(line: str) -> None:
    sys.stdout.write(f"== {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(set_up(dev="--dev" in sys.argv[1:]))
