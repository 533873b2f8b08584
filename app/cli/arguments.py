"""What may be written after `sideglance`, as frozen values."""

import argparse
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from app import VERSION
from runtime.requests import ModelFiles

# Each is a module of this package, imported only when its name was written: reading the
# command line must cost the window and the other commands nothing.
_COMMANDS = {
    "ask": "answer a question on the terminal",
    "doctor": "say how this installation is doing",
    "pull": "download a model",
    "models": "list, delete, import or move models",
    "plan": "say which model fits a computer best",
    "hardware": "say what this computer has, and what models can use of it",
}


class CommandArguments(Protocol):
    """What was asked of a command."""

    def run(self) -> int:
        """Do it; returns the exit code."""


class Command(Protocol):
    """What the module of a command has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what may be written after the command."""

    def read_arguments(
        self, parser: argparse.ArgumentParser, options: argparse.Namespace
    ) -> CommandArguments:
        """What was written, checked.

        Raises:
            SystemExit: with 2 if it contradicts itself
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenArguments:
    """Open the window.

    Attributes:
        files: the model to load in place of the one the program would choose
    """

    files: ModelFiles | None


def parse(arguments: Sequence[str]) -> OpenArguments | CommandArguments:
    """Read the command line.

    Raises:
        SystemExit: with 2 and a usage line when it cannot be understood; with 0 after
            `--help` and `--version`
    """
    parser = argparse.ArgumentParser(
        prog="sideglance",
        description="Ask a model on this computer about pictures and videos. "
        "Without a command, the window opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Sideglance {VERSION}")
    add_model_options(parser)
    written = _add_commands(parser, arguments)
    options = parser.parse_args(arguments)
    if options.command is None:
        return OpenArguments(files=model_files(parser, options))
    return written[options.command].read_arguments(parser, options)


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Let a model be named by its files."""
    parser.add_argument("--model", type=Path, metavar="FILE", help="a model, as a GGUF file")
    parser.add_argument(
        "--projector", type=Path, metavar="FILE", help="its vision projector (mmproj), a GGUF file"
    )


def model_files(parser: argparse.ArgumentParser, options: argparse.Namespace) -> ModelFiles | None:
    """The model that was named.

    Raises:
        SystemExit: with 2 for a projector without a model
    """
    if options.projector and not options.model:
        parser.error("--projector needs --model")
    return ModelFiles(model=options.model, projector=options.projector) if options.model else None


def _add_commands(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> dict[str, Command]:
    """Add all commands by name, and everything about those that were written."""
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    written: dict[str, Command] = {}
    for name, meaning in _COMMANDS.items():
        command = commands.add_parser(name, help=meaning, allow_abbrev=False)
        if name in arguments:
            written[name] = cast(Command, importlib.import_module(f"app.cli.{name}"))
            written[name].add_arguments(command)
    return written
