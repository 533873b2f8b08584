"""A display to measure a real window on, where there is none."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def virtual_display() -> Iterator[str | None]:
    """Xvfb for as long as it is needed; None where it is not installed."""
    program = shutil.which("Xvfb")
    if program is None:
        yield None
        return
    reader, writer = os.pipe()
    command = [program, "-displayfd", str(writer), "-screen", "0", "1400x1000x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[writer], stderr=subprocess.DEVNULL
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as number:
            # It writes its number once it takes connections; nothing if it could not start.
            line = number.readline().strip()
        yield f":{line}" if line else None
    finally:
        server.terminate()
        server.wait()
