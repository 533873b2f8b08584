"""`sideglance ask`: one conversation with the engine, on the terminal."""

import tempfile
from dataclasses import replace
from pathlib import Path

from app.cli import AskArguments
from app.commands.asker import Answer, Asker
from app.commands.console import Console
from app.commands.first_interrupt import first_interrupt
from app.paths import find_paths
from app.words import explain, video_cut_short
from runtime.client import EngineClient
from runtime.content import Image, Message, Part, Role, Text, Video, text_message
from runtime.events import Finish, Loaded
from runtime.media.client import inspect
from runtime.media.values import PictureFacts, VideoFacts
from runtime.models.demo import demo_model_files
from runtime.problems import Problem, RuntimeFailure

ANSWERED = 0
BAD_FILE = 3
MODEL_PROBLEM = 4
INTERRUPTED = 130
READER_GONE = 141

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
        notice = explain(failure.problem, failure.detail)
        # What to do about a file is worded for a window it is dropped on.
        console.notice(replace(notice, explanation="") if code == BAD_FILE else notice)
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
        asker = Asker(client, console, shows_answers=not arguments.as_json)
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
                        console.notice(video_cut_short(path.name, readable_s, duration_s))
                    parts.append(Video(path=path.absolute()))
    return tuple(parts)


def _converse(
    arguments: AskArguments,
    attachments: tuple[Part, ...],
    asker: Asker,
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
