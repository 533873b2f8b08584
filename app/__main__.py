"""Where the program starts: the window, or the command line."""

import multiprocessing
import sys

# Child processes import this module again when they start. Nothing heavy may be imported up
# here: each side is imported only when it is what was asked for.


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    # First of all: in a frozen program the engine process starts here too, and never returns.
    multiprocessing.freeze_support()

    from app.cli import AskArguments, DoctorArguments, OpenArguments, parse
    from app.cli_hardware import HardwareArguments
    from app.cli_models import ModelsArguments, PullArguments
    from app.cli_plan import PlanArguments
    from app.private_files import make_new_files_private

    make_new_files_private()
    arguments = parse(sys.argv[1:])
    match arguments:
        case OpenArguments(files=files):
            from app.main import WindowArguments, run

            code = run(WindowArguments(files=files))
        case AskArguments():
            from app.commands.ask import run_ask

            code = run_ask(arguments)
        case DoctorArguments():
            from app.commands.doctor import run_doctor

            code = run_doctor(arguments)
        case PullArguments():
            from app.commands.pull import run_pull

            code = run_pull(arguments)
        case ModelsArguments():
            from app.commands.models import run_models

            code = run_models(arguments)
        case PlanArguments():
            from app.commands.plan import run_plan

            code = run_plan(arguments)
        case HardwareArguments():
            from app.commands.hardware import run_hardware

            code = run_hardware(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
