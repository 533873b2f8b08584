"""`make bench`: all benchmarks, or the named one with its own options.

make bench
make bench ARGS=window
make bench ARGS="peer --quick"      our engine against llama.cpp's own server
make bench ARGS=python              Python's share of a token's time
make bench ARGS=estimate            the memory estimate against what is allocated
"""

import sys
from collections.abc import Callable, Sequence

from bench import estimate, window
from bench.peer import command, python_share

BENCHMARKS: dict[str, Callable[[Sequence[str]], int]] = {
    "window": lambda _options: window.main(),
    "python": lambda _options: python_share.main(),
    "peer": command.main,
    "estimate": lambda _options: estimate.main(),
}


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; returns the worst exit code."""
    name, *options = arguments or [""]
    if name and name not in BENCHMARKS:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    names = [name] if name else list(BENCHMARKS)
    return max(BENCHMARKS[name](options) for name in names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
