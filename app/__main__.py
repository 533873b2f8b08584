"""Where the program starts: the window, or the command line."""

import multiprocessing
import sys

# Child processes import this module again when they start. Nothing heavy may be imported up
# here: each side is imported only when it is what was asked for.


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    # First of all: in a frozen program the engine process starts here too, and never returns.
    multiprocessing.freeze_support()

    from app.cli.arguments import OpenArguments, parse
    from app.platform.private_files import make_new_files_private

    make_new_files_private()
    arguments = parse(sys.argv[1:])
    if not isinstance(arguments, OpenArguments):
        return arguments.run()

    from app.application.application import WindowArguments
    from app.application.main import run

    return run(WindowArguments(files=arguments.files))


if __name__ == "__main__":
    sys.exit(main())
