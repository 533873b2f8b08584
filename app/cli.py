"""What may be written after `sideglance`, as frozen values."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.cli_hardware import HardwareArguments, add_hardware, hardware_arguments
from app.cli_models import (
    ModelsArguments,
    PullArguments,
    add_models,
    add_pull,
    models_arguments,
    pull_arguments,
)
from app.cli_plan import PlanArguments, add_plan, plan_arguments
from app.version import VERSION
from runtime.requests import ModelFiles

_LARGEST_SEED = 2**32 - 2  # the one above stands for "choose one" in llama.cpp


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenArguments:
    """Open the window.

    Attributes:
        files: the model to load in place of the one the program would choose
    """

    files: ModelFiles | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskArguments:
    """Ask one question or several, and answer on the terminal.

    Attributes:
        questions: the turns of one conversation; never empty
        attachments: pictures and videos for the first turn, in the order given
        files: the model to ask; None is the one that ships with the program
        thinking: None is the model's default
        as_json: one JSON object a turn in place of the answer's text
    """

    questions: tuple[str, ...]
    attachments: tuple[Path, ...]
    files: ModelFiles | None
    thinking: bool | None
    temperature: float | None
    seed: int | None
    max_tokens: int | None
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorArguments:
    """Say how this installation is doing.

    Attributes:
        as_json: one JSON object in place of sentences
    """

    as_json: bool


Arguments = (
    OpenArguments
    | AskArguments
    | DoctorArguments
    | PullArguments
    | ModelsArguments
    | PlanArguments
    | HardwareArguments
)


def parse(arguments: Sequence[str]) -> Arguments:
    """Read the command line.

    Raises:
        SystemExit: with 2 and a usage line when it cannot be understood; with 0 after
            `--help` and `--version`
    """
    parser = _make_parser()
    options = parser.parse_args(arguments)
    readers: dict[str, Callable[[], Arguments]] = {
        "doctor": lambda: DoctorArguments(as_json=options.json),
        "hardware": lambda: hardware_arguments(options),
        "models": lambda: models_arguments(parser, options),
        "plan": lambda: plan_arguments(parser, options),
        "pull": lambda: pull_arguments(parser, options),
    }
    if options.command in readers:
        return readers[options.command]()
    if options.projector and not options.model:
        parser.error("--projector needs --model")
    files = ModelFiles(model=options.model, projector=options.projector) if options.model else None
    if options.command is None:
        return OpenArguments(files=files)
    return AskArguments(
        questions=(options.question, *options.turn),
        attachments=tuple(options.attachments),
        files=files,
        thinking=options.think,
        temperature=options.temperature,
        seed=options.seed,
        max_tokens=options.max_tokens,
        as_json=options.json,
    )


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sideglance",
        description="Ask a model on this computer about pictures and videos. "
        "Without a command, the window opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Sideglance {VERSION}")
    _add_model_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    ask = commands.add_parser(
        "ask",
        help="answer a question on the terminal",
        description="Answer a question about pictures and videos on the terminal.",
        epilog="Exit codes: 0 answered, 2 wrong usage, 3 a picture or video cannot be used, "
        "4 a problem with the model, 130 stopped with Ctrl+C.",
        allow_abbrev=False,
    )
    _add_model_options(ask)
    _add_ask_options(ask)
    doctor = commands.add_parser(
        "doctor",
        help="say how this installation is doing",
        description="Say what is installed, what this computer has and what keeps it from working.",
        epilog="Exit codes: 0 all is well, 1 a model or folder cannot be used, 2 wrong usage.",
        allow_abbrev=False,
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    add_pull(commands)
    add_models(commands)
    add_plan(commands)
    add_hardware(commands)
    return parser


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, metavar="FILE", help="a model, as a GGUF file")
    parser.add_argument(
        "--projector", type=Path, metavar="FILE", help="its vision projector (mmproj), a GGUF file"
    )


def _add_ask_options(ask: argparse.ArgumentParser) -> None:
    # One list for both, so that the model sees them in the order they were written.
    for option, what in (("--image", "picture"), ("--video", "video")):
        ask.add_argument(
            option,
            dest="attachments",
            action="append",
            type=Path,
            metavar="FILE",
            help=f"a {what} the question is about; may be repeated",
        )
    ask.set_defaults(attachments=[])
    ask.add_argument(
        "--think",
        action=argparse.BooleanOptionalAction,
        help="let the model think first, or not; otherwise as the model's publisher advises",
    )
    ask.add_argument(
        "--temperature", type=_temperature, metavar="T", help="0 always takes the likeliest word"
    )
    ask.add_argument("--seed", type=_seed, metavar="N", help="makes answers repeatable")
    ask.add_argument(
        "--max-tokens", type=_max_tokens, metavar="N", help="longest answer, thinking included"
    )
    ask.add_argument("--json", action="store_true", help="print one JSON object a turn")
    ask.add_argument(
        "--turn",
        action="append",
        default=[],
        type=_question,
        metavar="QUESTION",
        help="go on with this question in the same conversation; may be repeated",
    )
    ask.add_argument("question", type=_question)


def _question(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a question must not be empty")
    return text


def _temperature(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 5:
        raise argparse.ArgumentTypeError("must be between 0 and 5")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value <= _LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"must be between 0 and {_LARGEST_SEED}")
    return value


def _max_tokens(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
