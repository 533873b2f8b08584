"""Where the program starts: the window, or the command line."""

import multiprocessing
import sys

# Child processes import this module again when they start. Nothing heavy may be imported up
# here: each side is imported only when it is what was asked for.


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    # First of all: in a frozen program the engine process starts here too, and never returns.
    multiprocessing.freeze_support()

    from app.cli import AskArguments, DoctorArguments, parse
    from app.cli_models import ModelsArguments, PullArguments
    from app.cli_plan import PlanArguments

    arguments = parse(sys.argv[1:])
    if isinstance(arguments, AskArguments):
        from app.commands.ask import run_ask

        return run_ask(arguments)

    if isinstance(arguments, DoctorArguments):
        from app.commands.doctor import run_doctor

        return run_doctor(arguments)

    if isinstance(arguments, PullArguments):
        from app.commands.pull import run_pull

        return run_pull(arguments)

    if isinstance(arguments, ModelsArguments):
        from app.commands.models import run_models

        return run_models(arguments)

    if isinstance(arguments, PlanArguments):
        from app.commands.plan import run_plan

        return run_plan(arguments)

    from app.main import WindowArguments, run

    return run(WindowArguments(files=arguments.files))


if __name__ == "__main__":
    sys.exit(main())
