"""`sideglance models`: what is on this computer, and deleting, importing and moving it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from app.cli_models import ModelsArguments
from app.commands.console import Console
from app.commands.first_interrupt import first_interrupt
from app.commands.model_names import is_called
from app.commands.model_words import (
    deleted_in_words,
    installed_in_words,
    inventory_in_words,
    moved_in_words,
    nothing_changed,
    several_models,
)
from app.commands.pull import installed_record
from app.models.place import library_of, settings_after_move
from app.paths import Paths, find_paths
from app.settings import Settings, load_settings, save_settings
from app.words import explain
from runtime.models.installed import InstalledModel
from runtime.models.library.importing import import_model
from runtime.models.library.library import DamagedModel, Inventory, Library
from runtime.models.library.moving import move_library
from runtime.models.library.unfinished import Unfinished
from runtime.problems import Problem, RuntimeFailure, Stopped

DONE = 0
NOT_DONE = 4
INTERRUPTED = 130

Held = InstalledModel | DamagedModel | Unfinished


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
        console.notice(explain(failure.problem, failure.detail))
        return NOT_DONE
    except (Stopped, KeyboardInterrupt):
        console.notice(nothing_changed())
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
        console.notice(several_models(name, [one.quantisation for one in held]))
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
