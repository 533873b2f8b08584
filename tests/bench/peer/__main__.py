"""Our engine process against llama.cpp's own server: `python -m bench.peer --help`."""

import sys

from bench.peer.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
