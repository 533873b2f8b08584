"""Runs a tool of the system and takes what it writes, or says why there is nothing."""

import shutil
import subprocess

_LONGEST = 200_000


class Absent(Exception):
    """The tool, library or file is not on this machine."""


class Refused(Exception):
    """It is there and answered with an error."""


def run_tool(name: str, *arguments: str, limit_s: float) -> dict[str, object]:
    """What a tool wrote, with its exit code.

    Raises:
        Absent: it is not installed
        TimeoutError: it did not come to its end in time
    """
    path = shutil.which(name)
    if path is None:
        raise Absent(name)
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit_s,
            check=False,
            encoding="utf-8",
            errors="replace",
            # No console window may flash up on Windows.
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    return {
        "exit_code": done.returncode,
        "stdout": done.stdout[:_LONGEST],
        "stderr": done.stderr[:_LONGEST],
    }
