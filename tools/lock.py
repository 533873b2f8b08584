"""Writes the hash-pinned lock files in requirements/ from pyproject.toml (`make lock`).

The versions in the present files are kept unless `--upgrade` or
`--upgrade-package NAME` is given.
"""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--no-config", "--no-header", "--no-annotate"),
    *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
    *("--generate-hashes", "--no-emit-index-url"),
)
# Each file, what it is made from, and the files whose versions it must agree with.
LOCKS = (
    ("runtime.txt", ("pyproject.toml",), ()),
    ("build.txt", ("--group", "pyproject.toml:build"), ("runtime.txt",)),
    ("dev.txt", ("--group", "pyproject.toml:dev"), ("runtime.txt", "build.txt")),
    ("lock.txt", ("--group", "pyproject.toml:lock"), ()),
)


def main(arguments: list[str]) -> int:
    """Write all lock files; returns the exit code."""
    for name, source, agrees_with in LOCKS:
        constraints = [f"--constraint=requirements/{other}" for other in agrees_with]
        command = [sys.executable, "-m", *COMPILE, *source, *constraints, *arguments]
        subprocess.run([*command, "-o", f"requirements/{name}"], check=True, cwd=PROJECT)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
