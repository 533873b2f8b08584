"""What may be written after `sideglance`."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import VERSION
from app.cli.arguments import OpenArguments, parse
from app.cli.ask import AskArguments
from runtime.requests import ModelFiles


def ask(*arguments: str) -> AskArguments:
    parsed = parse(["ask", *arguments])
    assert isinstance(parsed, AskArguments)
    return parsed


def test_that_no_words_open_the_window() -> None:
    assert parse([]) == OpenArguments(files=None)


def test_that_the_window_can_be_given_a_model() -> None:
    files = ModelFiles(model=Path("a.gguf"), projector=Path("b.gguf"))
    assert parse(["--model", "a.gguf", "--projector", "b.gguf"]) == OpenArguments(files=files)


def test_that_a_bare_question_leaves_every_choice_to_the_model() -> None:
    assert ask("Why?") == AskArguments(
        questions=("Why?",),
        attachments=(),
        files=None,
        thinking=None,
        temperature=None,
        seed=None,
        max_tokens=None,
        as_json=False,
    )


def test_that_pictures_and_videos_keep_the_order_they_were_written_in() -> None:
    arguments = ask("--image", "1.png", "--video", "2.mp4", "--image", "3.png", "What?")
    assert arguments.attachments == (Path("1.png"), Path("2.mp4"), Path("3.png"))


def test_that_one_call_leaves_no_files_to_the_next() -> None:
    ask("--image", "1.png", "--turn", "And?", "What?")
    assert ask("What?").attachments == ()
    assert ask("What?").questions == ("What?",)


def test_that_turns_follow_the_question() -> None:
    assert ask("--turn", "Second?", "First?", "--turn", "Third?").questions == (
        *("First?", "Second?", "Third?"),
    )


@pytest.mark.parametrize(("option", "thinking"), [("--think", True), ("--no-think", False)])
def test_that_thinking_is_switched_both_ways(option: str, thinking: bool) -> None:
    assert ask(option, "Why?").thinking is thinking


def test_that_the_numbers_arrive() -> None:
    arguments = ask("--temperature", "0.5", "--seed", "7", "--max-tokens", "20", "--json", "Why?")
    assert (arguments.temperature, arguments.seed, arguments.max_tokens) == (0.5, 7, 20)
    assert arguments.as_json


@pytest.mark.parametrize(
    "arguments",
    [
        ["sing"],
        ["--fullscreen"],
        ["--projector", "b.gguf"],
        ["ask"],
        ["ask", "  "],
        ["ask", "one", "two"],
        ["ask", "--turn", "", "Why?"],
        ["ask", "--projector", "b.gguf", "Why?"],
        ["ask", "--temperature", "hot", "Why?"],
        ["ask", "--temperature", "-1", "Why?"],
        ["ask", "--temperature", "nan", "Why?"],
        ["ask", "--seed", "-1", "Why?"],
        ["ask", "--seed", "4294967295", "Why?"],
        ["ask", "--max-tokens", "0", "Why?"],
        ["ask", "--imag", "1.png", "Why?"],
    ],
)
def test_that_wrong_usage_ends_with_two_and_says_how_it_goes(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        parse(arguments)
    assert ending.value.code == 2
    assert capsys.readouterr().err.startswith("usage: sideglance")


def test_that_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        parse(["--version"])
    assert ending.value.code == 0
    assert capsys.readouterr().out == f"Sideglance {VERSION}\n"


def test_that_a_child_process_that_imports_the_entry_point_gets_nothing_heavy() -> None:
    script = (
        "import sys; before = set(sys.modules); import app.__main__; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "sys.exit(str(new & {'PySide6', 'llama_cpp', 'numpy', 'runtime', 'argparse'} or ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=False
    )
    assert done.stderr.strip() == ""
