"""`sideglance ask` as a person or a script runs it."""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from helpers.pictures import CLIP_SKILLS, Codec, make_cases, make_clips, write_clip
from helpers.project import PICTURES
from PIL import Image

from app.cli.ask import exit_code_for
from runtime.models.installed_model import demo_model_files
from runtime.problems import Problem

RECORD_KEYS = {"answer", "thinking", "model", "device", "finish", "tokens", "seconds"}
TOKEN_KEYS = {"prompt", "reused", "read", "pictures", "generated"}
SECOND_KEYS = {"load", "pictures", "prefill", "first_token", "total"}
ENOUGH_RIGHT = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """A kept picture with its question and answer."""

    file: str
    skill: str
    question: str
    answer: str


FIXTURES = [
    Fixture(**entry)
    for entry in tomllib.loads((PICTURES / "answers.toml").read_text("utf-8"))["pictures"]
]


class Terminal:
    """Runs the program with a home of its own."""

    def __init__(self, home: Path) -> None:
        self._environment = os.environ | {"SIDEGLANCE_HOME": str(home)}

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "app", "ask", *map(str, words)]

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            encoding="utf-8",
        )

    def ask(self, *words: str | Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            env=self._environment,
            encoding="utf-8",
            check=False,
        )

    def records(self, *words: str | Path) -> list["Record"]:
        done = self.ask("--json", *words)
        assert (done.returncode, done.stderr) == (0, "")
        return [Record(line) for line in done.stdout.splitlines()]


class Record:
    """One line of `--json`, read as a script would."""

    def __init__(self, line: str) -> None:
        values = json.loads(line)
        assert set(values) == RECORD_KEYS
        assert set(values["tokens"]) == TOKEN_KEYS
        assert set(values["seconds"]) == SECOND_KEYS
        self.answer: str = values["answer"]
        self.thinking: str = values["thinking"]
        self.model: str = values["model"]
        self.device: str = values["device"]
        self.finish: str = values["finish"]
        self.tokens: dict[str, int] = values["tokens"]
        self.seconds: dict[str, float] = values["seconds"]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


# Bad files: told at once, without a model.


def test_that_a_missing_file_ends_with_three_and_one_sentence(
    terminal: Terminal, tmp_path: Path
) -> None:
    done = terminal.ask("--image", tmp_path / "cat.png", "What is it?")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr == "sideglance: “cat.png” is not there any more.\n"


def test_that_a_folder_ends_with_three_and_one_sentence(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    done = terminal.ask("--image", tmp_path / "cats", "What is it?")
    assert (done.returncode, done.stderr) == (3, "sideglance: “cats” is a folder.\n")


def test_that_an_empty_file_ends_with_three_and_one_sentence(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").touch()
    done = terminal.ask("--image", tmp_path / "cat.png", "What is it?")
    assert (done.returncode, done.stderr) == (3, "sideglance: “cat.png” is empty.\n")


def test_that_a_text_ends_with_three_and_one_sentence(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_text("A cat, described in words.")
    done = terminal.ask("--image", tmp_path / "cat.png", "What is it?")
    assert (done.returncode, done.stderr) == (
        3,
        "sideglance: “cat.png” is not a picture or a video.\n",
    )


def test_that_a_damaged_picture_ends_with_three_and_one_sentence(
    terminal: Terminal, tmp_path: Path
) -> None:
    whole = (PICTURES / FIXTURES[0].file).read_bytes()
    (tmp_path / "cat.png").write_bytes(whole[: len(whole) // 2])
    done = terminal.ask("--image", tmp_path / "cat.png", "What is it?")
    assert done.returncode == 3
    assert done.stderr.startswith("sideglance: “cat.png” is damaged")


def test_that_one_bad_file_among_good_ones_is_named(terminal: Terminal, tmp_path: Path) -> None:
    good = PICTURES / FIXTURES[0].file
    done = terminal.ask("--image", good, "--video", tmp_path / "cat.mp4", "What is it?")
    assert done.returncode == 3
    assert "cat.mp4" in done.stderr


def test_that_the_command_line_needs_no_qt(tmp_path: Path) -> None:
    script = (
        "import sys; from app.__main__ import main; "
        f"sys.argv[1:] = ['ask', '--image', {str(tmp_path / 'cat.png')!r}, 'What is it?']; "
        "code = main(); "
        "sys.exit(code if not any(name.startswith('PySide6') for name in sys.modules) else 99)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 3


@pytest.mark.parametrize("problem", list(Problem))
def test_that_only_problems_with_given_files_are_blamed_on_them(problem: Problem) -> None:
    about_a_file = problem.startswith(("file_", "picture_", "video_", "media_"))
    assert exit_code_for(problem) == (3 if about_a_file else 4)


# Bad models.


@pytest.mark.model
def test_that_a_missing_model_ends_with_four(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal.ask("--model", tmp_path / "big.gguf", "Hello!")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("sideglance: “big.gguf” is not there any more.")


@pytest.mark.model
def test_that_a_web_page_is_no_model(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "big.gguf").write_text("<!DOCTYPE html><title>Not found</title>")
    done = terminal.ask("--model", tmp_path / "big.gguf", "Hello!")
    assert done.returncode == 4
    assert done.stderr.startswith("sideglance: “big.gguf” is not a model.")


@pytest.mark.model
def test_that_a_model_without_projector_cannot_look(terminal: Terminal) -> None:
    done = terminal.ask(
        *("--model", demo_model_files().model),
        *("--image", PICTURES / FIXTURES[0].file, FIXTURES[0].question),
    )
    assert done.returncode == 4
    assert done.stderr.startswith("sideglance: This model cannot look at pictures or videos.")


# Answers.


@pytest.mark.model
@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.file)
def test_that_a_kept_picture_is_answered(terminal: Terminal, fixture: Fixture) -> None:
    done = terminal.ask("--image", PICTURES / fixture.file, fixture.question)
    assert (done.returncode, done.stdout, done.stderr) == (0, fixture.answer + "\n", "")


@pytest.mark.model
def test_that_a_record_tells_where_tokens_and_time_went(terminal: Terminal) -> None:
    fixture = FIXTURES[0]
    (record,) = terminal.records("--image", PICTURES / fixture.file, fixture.question)
    assert record.answer == fixture.answer
    assert record.thinking == ""
    assert record.finish == "stop"
    assert record.model == "Sideglance demo"
    assert record.device
    tokens = record.tokens
    assert 0 < tokens["pictures"] < tokens["prompt"]
    assert tokens["reused"] + tokens["read"] == tokens["prompt"]
    assert tokens["generated"] > 0
    assert all(value >= 0 for value in record.seconds.values())
    assert record.seconds["load"] > 0
    assert record.seconds["first_token"] <= record.seconds["total"]


@pytest.mark.model
def test_that_the_second_turn_does_not_read_the_picture_again(terminal: Terminal) -> None:
    fixture = FIXTURES[0]
    first, second = terminal.records(
        *("--image", PICTURES / fixture.file, fixture.question, "--turn", fixture.question)
    )
    assert second.answer == first.answer == fixture.answer
    assert second.tokens["prompt"] > first.tokens["prompt"]
    assert second.tokens["reused"] > first.tokens["pictures"]
    assert second.seconds["pictures"] == 0
    assert second.tokens["reused"] + second.tokens["read"] == second.tokens["prompt"]
    assert second.seconds["load"] == 0


@pytest.mark.model
def test_that_a_video_given_as_a_picture_is_looked_at_as_a_video(
    terminal: Terminal, tmp_path: Path
) -> None:
    (clip,) = make_clips(1, 1)
    file = write_clip(clip.frames, tmp_path, "clip")
    done = terminal.ask("--image", file, clip.question)
    assert (done.returncode, done.stdout) == (0, clip.answer + "\n")


@pytest.mark.model
def test_that_a_picture_given_as_a_video_is_looked_at_as_a_picture(terminal: Terminal) -> None:
    fixture = FIXTURES[0]
    done = terminal.ask("--video", PICTURES / fixture.file, fixture.question)
    assert (done.returncode, done.stdout) == (0, fixture.answer + "\n")


@pytest.mark.model
def test_that_thinking_is_told_in_records_only(terminal: Terminal) -> None:
    fixture = FIXTURES[0]
    words = ("--think", "--image", PICTURES / fixture.file, fixture.question)
    (record,) = terminal.records(*words)
    assert record.thinking.strip()
    assert terminal.ask(*words).stdout == record.answer + "\n"


@pytest.mark.model
def test_that_the_longest_answer_is_kept(terminal: Terminal) -> None:
    (record,) = terminal.records("--max-tokens", "3", "Count from 1 to 5.")
    assert record.finish == "length"
    assert record.tokens["generated"] == 3


@pytest.mark.model
def test_that_a_seed_makes_answers_repeatable(terminal: Terminal) -> None:
    words = ("--temperature", "5", "--seed", "7", "Describe the picture.")
    (first,), (again,) = terminal.records(*words), terminal.records(*words)
    (other,) = terminal.records("--temperature", "5", "--seed", "8", "Describe the picture.")
    assert first.answer == again.answer
    assert first.answer != other.answer


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")
def test_that_an_interrupt_ends_the_answer_and_the_engine(terminal: Terminal) -> None:
    turns = [word for _ in range(120) for word in ("--turn", "Hello!")]
    program = terminal.start(*turns, "Hello!")
    assert program.stdout is not None
    assert program.stdout.readline()
    children = psutil.Process(program.pid).children(recursive=True)
    assert children
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)
    assert program.returncode == 130
    assert out.count("\n") < 120
    assert err == ""
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert len(gone) == len(children)
    assert alive == []


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="pipes end differently on Windows")
def test_that_a_reader_that_leaves_is_no_crash(terminal: Terminal) -> None:
    program = terminal.start(*(word for _ in range(40) for word in ("--turn", "Hello!")), "Hello!")
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.readline()
    program.stdout.close()
    assert program.wait(timeout=30) == 141
    assert program.stderr.read() == ""
    program.stderr.close()


@pytest.mark.model
def test_that_fresh_pictures_are_answered(terminal: Terminal, tmp_path: Path) -> None:
    cases = make_cases(20_261_123, 60)
    right = []
    for number, case in enumerate(cases):
        file = tmp_path / f"{number}.png"
        case.picture.save(file)
        done = terminal.ask("--image", file, case.question)
        right.append(done.stdout == case.answer + "\n")
    assert len(right) == 60
    assert sum(right) >= ENOUGH_RIGHT * len(right)


@pytest.mark.model
@pytest.mark.parametrize("codec", list(Codec), ids=lambda codec: codec.name)
def test_that_clips_are_answered_and_a_pair_of_frames_costs_one(
    terminal: Terminal, tmp_path: Path, codec: Codec
) -> None:
    clips = make_clips(20_261_123, 20)
    assert {clip.skill for clip in clips} == set(CLIP_SKILLS)
    right = []
    for number, clip in enumerate(clips):
        file = write_clip(clip.frames, tmp_path, str(number), codec)
        (record,) = terminal.records("--video", file, clip.question)
        # Four frames are two pairs, and a pair is one grid of 3 by 3 tokens.
        assert record.tokens["pictures"] == 2 * 9
        right.append(record.answer == clip.answer)
    assert sum(right) >= ENOUGH_RIGHT * len(right)


@pytest.mark.model
def test_that_two_pictures_of_one_size_stay_two(terminal: Terminal, tmp_path: Path) -> None:
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        Image.new("RGB", (96, 96), colour).save(tmp_path / name)
    words = ("--image", tmp_path / "a.png", "--image", tmp_path / "b.png", "What changed?")
    (record,) = terminal.records(*words)
    assert record.tokens["pictures"] == 2 * 9


def test_that_kept_answers_name_every_kept_picture() -> None:
    assert {fixture.file for fixture in FIXTURES} == {file.name for file in PICTURES.glob("*.png")}
    assert all(re.fullmatch(r"[a-z]+_\d\.png", fixture.file) for fixture in FIXTURES)
