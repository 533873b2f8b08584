"""`sideglance ask`: one conversation with the engine, on the terminal."""

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from app.cli.arguments import add_model_options, model_files
from app.cli.ask_session import Answer, AskSession
from app.cli.console import Console, first_interrupt
from app.notifications.messages import video_cut_short
from app.notifications.problem_messages import explain
from app.platform.paths import find_paths
from runtime.client import EngineClient
from runtime.content import Image, Message, Part, Role, Text, Video, text_message
from runtime.events import Finish, Loaded
from runtime.media.client import inspect
from runtime.media.media_info import PictureFacts, VideoFacts
from runtime.models.installed_model import demo_model_files
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import ModelFiles

ANSWERED = 0
BAD_FILE = 3
MODEL_PROBLEM = 4
INTERRUPTED = 130
READER_GONE = 141

_LARGEST_SEED = 2**32 - 2  # the one above stands for "choose one" in llama.cpp

_FILE_PROBLEMS = frozenset(
    {
        Problem.FILE_MISSING,
        Problem.FILE_IS_FOLDER,
        Problem.FILE_EMPTY,
        Problem.FILE_UNREADABLE,
        Problem.FILE_KIND_UNKNOWN,
        Problem.PICTURE_DAMAGED,
        Problem.PICTURE_TOO_LARGE,
        Problem.VIDEO_DAMAGED,
        Problem.VIDEO_WITHOUT_PICTURES,
        Problem.VIDEO_EMPTY,
        Problem.MEDIA_TOO_SLOW,
        Problem.MEDIA_CRASHED,
    }
)


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

    def run(self) -> int:
        """Do it; returns the exit code."""
        return run_ask(self)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be written after `sideglance ask`."""
    parser.description = "Answer a question about pictures and videos on the terminal."
    parser.epilog = (
        "Exit codes: 0 answered, 2 wrong usage, 3 a picture or video cannot be used, "
        "4 a problem with the model, 130 stopped with Ctrl+C."
    )
    add_model_options(parser)
    # One list for both, so that the model sees them in the order they were written.
    for option, what in (("--image", "picture"), ("--video", "video")):
        parser.add_argument(
            option,
            dest="attachments",
            action="append",
            type=Path,
            metavar="FILE",
            help=f"a {what} the question is about; may be repeated",
        )
    parser.set_defaults(attachments=[])
    parser.add_argument(
        "--think",
        action=argparse.BooleanOptionalAction,
        help="let the model think first, or not; otherwise as the model's publisher advises",
    )
    parser.add_argument(
        "--temperature", type=_temperature, metavar="T", help="0 always takes the likeliest word"
    )
    parser.add_argument("--seed", type=_seed, metavar="N", help="makes answers repeatable")
    parser.add_argument(
        "--max-tokens", type=_max_tokens, metavar="N", help="longest answer, thinking included"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a turn")
    parser.add_argument(
        "--turn",
        action="append",
        default=[],
        type=_question,
        metavar="QUESTION",
        help="go on with this question in the same conversation; may be repeated",
    )
    parser.add_argument("question", type=_question)


def read_arguments(parser: argparse.ArgumentParser, options: argparse.Namespace) -> AskArguments:
    """What was asked for.

    Raises:
        SystemExit: with 2 if it contradicts itself
    """
    return AskArguments(
        questions=(options.question, *options.turn),
        attachments=tuple(options.attachments),
        files=model_files(parser, options),
        thinking=options.think,
        temperature=options.temperature,
        seed=options.seed,
        max_tokens=options.max_tokens,
        as_json=options.json,
    )


def exit_code_for(problem: Problem) -> int:
    """The exit code that tells scripts whose fault it is."""
    return BAD_FILE if problem in _FILE_PROBLEMS else MODEL_PROBLEM


def run_ask(arguments: AskArguments, console: Console | None = None) -> int:
    """Answer the questions; returns the exit code."""
    console = console or Console()
    try:
        return _run(arguments, console)
    except RuntimeFailure as failure:
        if failure.problem is Problem.LOAD_STOPPED:
            console.clear_progress()
            return INTERRUPTED
        code = exit_code_for(failure.problem)
        notification = explain(failure.problem, failure.detail)
        # What to do about a file is worded for a window it is dropped on.
        console.notification(
            replace(notification, explanation="") if code == BAD_FILE else notification
        )
        return code
    except KeyboardInterrupt:
        console.clear_progress()
        return INTERRUPTED
    except BrokenPipeError:
        console.give_up()
        return READER_GONE


def _run(arguments: AskArguments, console: Console) -> int:
    attachments = _check_files(arguments.attachments, console)
    client = EngineClient(log_folder=find_paths().logs)
    try:
        asker = AskSession(client, console, shows_answers=not arguments.as_json)
        with first_interrupt(asker.stop):
            loaded = asker.load(arguments.files or demo_model_files())
            return _converse(arguments, attachments, asker, loaded, console)
    finally:
        client.close()


def _check_files(paths: tuple[Path, ...], console: Console) -> tuple[Part, ...]:
    """Look at the files before the model is loaded, so that a bad one is told at once."""
    parts: list[Part] = []
    with tempfile.TemporaryDirectory(prefix="sideglance-ask-") as folder:
        for path in paths:
            match inspect(path, thumbnail=Path(folder) / "thumbnail.png"):
                case PictureFacts():
                    parts.append(Image(path=path.absolute()))
                case VideoFacts(readable_s=readable_s, duration_s=duration_s):
                    if readable_s < duration_s:
                        console.notification(video_cut_short(path.name, readable_s, duration_s))
                    parts.append(Video(path=path.absolute()))
    return tuple(parts)


def _converse(
    arguments: AskArguments,
    attachments: tuple[Part, ...],
    asker: AskSession,
    loaded: Loaded,
    console: Console,
) -> int:
    messages: list[Message] = []
    for question in arguments.questions:
        shown = () if messages else attachments
        messages.append(Message(role=Role.USER, parts=(*shown, Text(text=question))))
        answer = asker.ask(arguments, tuple(messages))
        if arguments.as_json:
            # The model is loaded for the first turn only.
            seconds_loading = loaded.seconds if len(messages) == 1 else 0.0
            console.record(_record(answer, loaded, seconds_loading))
        if answer.finished.finish is Finish.STOPPED:
            return INTERRUPTED
        messages.append(text_message(Role.ASSISTANT, answer.text))
    return ANSWERED


def _record(answer: Answer, loaded: Loaded, seconds_loading: float) -> dict[str, object]:
    """What `--json` prints; scripts rely on these names, so each is written down here."""
    tokens, seconds = answer.finished.tokens, answer.finished.seconds
    return {
        "answer": answer.text,
        "thinking": answer.thinking,
        "model": loaded.facts.name,
        "device": loaded.facts.device,
        "finish": answer.finished.finish.value,
        "tokens": {
            "prompt": tokens.prompt,
            "reused": tokens.reused,
            "read": tokens.read,
            "pictures": tokens.pictures,
            "generated": tokens.generated,
        },
        "seconds": {
            "load": round(seconds_loading, 4),
            "pictures": round(seconds.pictures, 4),
            "prefill": round(seconds.prefill, 4),
            "first_token": round(seconds.first_token, 4),
            "total": round(seconds.total, 4),
        },
    }


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
