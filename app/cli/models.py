"""`sideglance models`: what is on this computer, and deleting, importing and moving it."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.cli.console import Console, first_interrupt
from app.cli.model_choice import is_called
from app.cli.models_text import (
    deleted_in_words,
    installed_in_words,
    inventory_in_words,
    moved_in_words,
    nothing_changed,
    several_models,
)
from app.cli.pull import installed_record
from app.notifications.problem_messages import explain
from app.platform.paths import Paths, find_paths
from app.settings.settings import (
    Settings,
    library_of,
    load_settings,
    save_settings,
    settings_after_move,
)
from runtime.models.installed_model import InstalledModel
from runtime.models.library.import_model import import_model
from runtime.models.library.library import DamagedModel, Inventory, Library
from runtime.models.library.move_library import move_library
from runtime.models.library.unfinished_downloads import Unfinished
from runtime.problems import Problem, RuntimeFailure, Stopped

DONE = 0
NOT_DONE = 4
INTERRUPTED = 130

Held = InstalledModel | DamagedModel | Unfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsArguments:
    """List, delete, import or move models.

    Attributes:
        delete: the name of the model to delete
        quantisation: which one of several with that name
        file: the model file to import
        projector: its projector; None looks beside it
        in_place: use the files where they are
        folder: where to move the models folder
        as_json: one JSON object in place of sentences
    """

    delete: str | None
    quantisation: str | None
    file: Path | None
    projector: Path | None
    in_place: bool
    folder: Path | None
    as_json: bool

    def run(self) -> int:
        """Do it; returns the exit code."""
        return run_models(self)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be written after `sideglance models`."""
    parser.description = "List the models on this computer; or delete, import or move them."
    parser.epilog = (
        "Exit codes: 0 done, 2 wrong usage, 4 it could not be done, "
        "130 stopped with Ctrl+C, and nothing was changed."
    )
    one_of = parser.add_mutually_exclusive_group()
    one_of.add_argument("--delete", metavar="MODEL", help="delete a model or a download")
    one_of.add_argument(
        "--import", dest="file", type=Path, metavar="FILE", help="take a GGUF file of yours"
    )
    one_of.add_argument(
        "--move", dest="folder", type=Path, metavar="FOLDER", help="move all models there"
    )
    parser.add_argument("--quantisation", metavar="Q", help="with --delete: which one of several")
    parser.add_argument(
        "--projector", type=Path, metavar="FILE", help="with --import: otherwise one beside it"
    )
    parser.add_argument(
        "--in-place", action="store_true", help="with --import: use it where it is, do not copy it"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def read_arguments(parser: argparse.ArgumentParser, options: argparse.Namespace) -> ModelsArguments:
    """What was asked for."""
    if options.file is None and (options.projector or options.in_place):
        parser.error("--projector and --in-place need --import")
    if options.delete is None and options.quantisation:
        parser.error("--quantisation needs --delete")
    return ModelsArguments(
        delete=options.delete,
        quantisation=options.quantisation,
        file=options.file,
        projector=options.projector,
        in_place=options.in_place,
        folder=options.folder,
        as_json=options.json,
    )


def run_models(arguments: ModelsArguments, console: Console | None = None) -> int:
    """Do what was asked for; returns the exit code."""
    console = console or Console()
    paths = find_paths()
    settings = load_settings(paths.settings).settings
    library = library_of(settings, paths)
    try:
        if arguments.delete is not None:
            return _delete(arguments, library, console)
        if arguments.file is not None:
            return _import(arguments, arguments.file, library, console)
        if arguments.folder is not None:
            return _move(arguments, arguments.folder, settings, paths, console)
        return _list(arguments, library, console)
    except RuntimeFailure as failure:
        console.notification(explain(failure.problem, failure.detail))
        return NOT_DONE
    except (Stopped, KeyboardInterrupt):
        console.notification(nothing_changed())
        return INTERRUPTED


def inventory_record(inventory: Inventory, folder: Path) -> dict[str, object]:
    """What `--json` prints of a models folder; scripts rely on these names."""
    return {
        "folder": str(folder),
        "problem": inventory.problem.value if inventory.problem else None,
        "installed": [installed_record(model) for model in inventory.installed],
        "damaged": [
            {
                "name": harm.name,
                "quantisation": harm.quantisation,
                "problem": harm.problem.value,
                "file": str(harm.file),
            }
            for harm in inventory.damaged
        ],
        "unfinished": [
            {
                "name": left.name,
                "quantisation": left.quantisation,
                "done_bytes": left.done_bytes,
                "total_bytes": left.total_bytes,
            }
            for left in inventory.unfinished
        ],
    }


def _list(arguments: ModelsArguments, library: Library, console: Console) -> int:
    inventory = library.look()
    if arguments.as_json:
        console.record(inventory_record(inventory, library.folder))
    else:
        for line in inventory_in_words(inventory, library.folder):
            _say(console, line)
    return DONE if inventory.problem is None else NOT_DONE


def _delete(arguments: ModelsArguments, library: Library, console: Console) -> int:
    library.check()
    name = arguments.delete or ""
    held = _held(library.look(), name, arguments.quantisation)
    if not held:
        raise RuntimeFailure(Problem.MODEL_NAME_UNKNOWN, name)
    if len(held) > 1:
        console.notification(several_models(name, [one.quantisation for one in held]))
        return NOT_DONE
    library.delete(held[0])
    if arguments.as_json:
        console.record(inventory_record(library.look(), library.folder))
    else:
        _say(console, deleted_in_words(held[0].name, held[0].quantisation))
    return DONE


def _held(inventory: Inventory, name: str, quantisation: str | None) -> Sequence[Held]:
    everything: list[Held] = [*inventory.installed, *inventory.damaged, *inventory.unfinished]
    return [
        one
        for one in everything
        if (is_called(one.name, name) and quantisation in (None, one.quantisation))
        or is_called(f"{one.name} {one.quantisation}", name)
    ]


def _import(arguments: ModelsArguments, path: Path, library: Library, console: Console) -> int:
    stopping = _Stopping()
    with first_interrupt(stopping.stop):
        installed = import_model(
            library,
            path,
            copies=not arguments.in_place,
            projector=arguments.projector,
            on_progress=partial(_show_progress, console, "Copying and comparing"),
            is_stopped=lambda: stopping.is_stopped,
        )
    if arguments.as_json:
        console.record(installed_record(installed))
    else:
        _say(console, installed_in_words(installed))
    return DONE


def _move(
    arguments: ModelsArguments, folder: Path, settings: Settings, paths: Paths, console: Console
) -> int:
    library = library_of(settings, paths)
    stopping = _Stopping()

    def switch(new: Path) -> None:
        save_settings(paths.settings, settings_after_move(settings, library.folder, new))

    with first_interrupt(stopping.stop):
        moved = move_library(
            library,
            folder.expanduser(),
            switch=switch,
            on_progress=partial(_show_progress, console, "Moving"),
            is_stopped=lambda: stopping.is_stopped,
        )
    if arguments.as_json:
        console.record(inventory_record(moved.look(), moved.folder))
    else:
        _say(console, moved_in_words(moved.folder))
    return DONE


class _Stopping:
    """Set by Ctrl+C."""

    def __init__(self) -> None:
        self.is_stopped = False

    def stop(self) -> None:
        """Ask for an end."""
        self.is_stopped = True


def _show_progress(console: Console, what: str, done: int, total: int) -> None:
    console.progress(f"{what}: {done / total:.0%}" if total else what)


def _say(console: Console, line: str) -> None:
    console.piece(line)
    console.end_line()
