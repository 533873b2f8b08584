"""Conversations on disk: used when everything matches, and whatever is wrong with them is not."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Thread

import llama_cpp
import psutil
import pytest
from helpers.engines import Reply, RunningEngine, ask, question
from helpers.fresh_answers import FreshAnswers
from helpers.full_disk import longest_file
from helpers.keeping_engines import LONG_QUESTION, load_keeping, save_for_ever, state_files
from helpers.pictures import make_cases

from runtime.content import Image, Message, Role, text_message
from runtime.engine import engine as engine_module
from runtime.engine import saved_states
from runtime.engine.blob_store import BlobStore
from runtime.engine.engine import Engine
from runtime.engine.llama_library import NativeLog, start_llama
from runtime.engine.projector import Pixels, Projector
from runtime.events import PictureProgress
from runtime.models.installed_model import demo_model_files
from runtime.models.sampling_defaults import ModelDefaults, defaults_of
from runtime.requests import ModelFiles

pytestmark = pytest.mark.model

NEXT = question("How many shapes are there?")
TALK = (
    question("Count from 1 to 9."),
    text_message(Role.ASSISTANT, "1, 2, 3, 4, 5, 6, 7, 8, 9"),
    question("Repeat after me: apple river house table"),
)


@pytest.fixture(scope="module")
def native_log() -> NativeLog:
    return start_llama()


@pytest.fixture(scope="module")
def fresh(native_log: NativeLog) -> Iterator[FreshAnswers]:
    fresh = FreshAnswers(native_log)
    yield fresh
    fresh.close()


@pytest.fixture
def picture(tmp_path: Path) -> Image:
    """A dialog of 24 tokens: as many as the demo model may be shown."""
    path = tmp_path / "dialog.png"
    make_cases(seed=2026, count=4)[3].picture.save(path)
    return Image(path=path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@contextmanager
def running(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.close()


def begin(native_log: NativeLog, folder: Path | None, *asked: Message) -> list[Message]:
    """Have a first question answered and saved; gives the conversation with another question."""
    with running(load_keeping(native_log, folder)) as engine:
        one = ask(engine, asked)
        engine.settle(lambda: False)
        engine.save()
    return [*asked, text_message(Role.ASSISTANT, one.text), NEXT]


def assert_right(reply: Reply, fresh: FreshAnswers, conversation: Sequence[Message]) -> None:
    expected = fresh.to(conversation, thinking=False)
    assert (reply.text, reply.finished.tokens.generated) == (expected.text, expected.generated)
    assert reply.finished.tokens.prompt == expected.prompt


def read_again(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers, conversation: Sequence[Message]
) -> None:
    """A new engine finds nothing to use in the folder, answers, and is not thrown by it."""
    with running(load_keeping(native_log, folder)) as engine:
        reply = ask(engine, conversation)
        assert reply.finished.tokens.reused == 0
        assert_right(reply, fresh, conversation)
        engine.settle(lambda: False)
        engine.save()


class Encodings:
    """Counts the pictures that are encoded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        encode = Projector.encode

        def counted(projector: Projector, frames: Sequence[Pixels]) -> object:
            self.count += 1
            return encode(projector, frames)

        monkeypatch.setattr(Projector, "encode", counted)


def test_that_a_conversation_goes_on_after_a_restart(
    native_log: NativeLog, folder: Path, picture: Image, fresh: FreshAnswers
) -> None:
    conversation = begin(native_log, folder, question("What is on the button?", picture))
    with running(load_keeping(native_log, folder)) as engine:
        reply = ask(engine, conversation)
    tokens = reply.finished.tokens
    # <|im_start|>user, the question, and the opening of the answer.
    assert tokens.read <= 20
    assert tokens.reused == tokens.prompt - tokens.read
    assert not any(isinstance(event, PictureProgress) for event in reply.events)
    assert_right(reply, fresh, conversation)


def test_that_a_regeneration_after_a_restart_reads_the_opening_alone(
    native_log: NativeLog, folder: Path, picture: Image, fresh: FreshAnswers
) -> None:
    asked = [question("What is on the button?", picture)]
    begin(native_log, folder, *asked)
    with running(load_keeping(native_log, folder)) as engine:
        reply = ask(engine, asked)
    assert reply.finished.tokens.read <= 10
    assert_right(reply, fresh, asked)


def changed_copy(path: Path, folder: Path) -> Path:
    """The file with one letter of its description changed; all weights are the same."""
    data = path.read_bytes()
    copy = folder / f"changed-{path.name}"
    copy.write_bytes(data.replace(b"a demonstration, see", b"a Demonstration, see"))
    assert copy.read_bytes() != data
    return copy


Change = Callable[[pytest.MonkeyPatch, ModelFiles, Path], ModelFiles]


def another_model(_patch: pytest.MonkeyPatch, files: ModelFiles, folder: Path) -> ModelFiles:
    return replace(files, model=changed_copy(files.model, folder))


def another_projector(_patch: pytest.MonkeyPatch, files: ModelFiles, folder: Path) -> ModelFiles:
    assert files.projector is not None
    return replace(files, projector=changed_copy(files.projector, folder))


def fewer_picture_tokens(patch: pytest.MonkeyPatch, files: ModelFiles, _folder: Path) -> ModelFiles:
    def defaults(*, name: str, file_name: str, parameters: int) -> ModelDefaults:
        known = defaults_of(name=name, file_name=file_name, parameters=parameters)
        return replace(known, picture_tokens=16)

    patch.setattr(engine_module, "defaults_of", defaults)
    return files


def another_format(patch: pytest.MonkeyPatch, files: ModelFiles, _folder: Path) -> ModelFiles:
    patch.setattr(saved_states, "_FORMAT", saved_states._FORMAT + 1)
    return files


def another_build(patch: pytest.MonkeyPatch, files: ModelFiles, _folder: Path) -> ModelFiles:
    patch.setattr(llama_cpp, "__version__", "99.0")
    return files


@pytest.mark.parametrize(
    "change",
    [another_model, another_projector, fewer_picture_tokens, another_format, another_build],
)
def test_that_a_state_made_otherwise_is_not_used(
    native_log: NativeLog,
    folder: Path,
    tmp_path: Path,
    picture: Image,
    fresh: FreshAnswers,
    change: Change,
) -> None:
    conversation = begin(native_log, folder, question("What is on the button?", picture))
    with pytest.MonkeyPatch.context() as patch:
        files = change(patch, demo_model_files(), tmp_path)
        with running(load_keeping(native_log, folder, files=files)) as engine:
            reply = ask(engine, conversation)
            engine.save()
        with running(load_keeping(native_log, None, files=files)) as engine:
            expected = ask(engine, conversation)
    assert reply.finished.tokens.reused == 0
    assert (reply.text, reply.finished.tokens.pictures) == (
        expected.text,
        expected.finished.tokens.pictures,
    )
    # Each goes on with its own.
    with running(load_keeping(native_log, folder)) as engine:
        again = ask(engine, conversation)
        assert again.finished.tokens.read <= 20
        assert_right(again, fresh, conversation)


@pytest.mark.parametrize("place", [0.0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("cut", [True, False], ids=["cut", "flipped"])
def test_that_a_damaged_state_is_read_again(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers, place: float, cut: bool
) -> None:
    conversation = begin(native_log, folder, *TALK)
    (path,) = state_files(folder)
    data = path.read_bytes()
    at = int(place * len(data))
    path.write_bytes(data[:at] if cut else data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
    read_again(native_log, folder, fresh, conversation)
    # What is there now was written anew.
    assert path not in state_files(folder) or path.read_bytes() != data[:at]
    with running(load_keeping(native_log, folder)) as engine:
        assert ask(engine, conversation).finished.tokens.reused > 0


def test_that_a_state_llama_cpp_refuses_is_read_again(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers
) -> None:
    """Whole by its checksum and under the right fingerprint, but not llama.cpp's."""
    conversation = begin(native_log, folder, *TALK)
    store = BlobStore(folder / "states", budget_bytes=1 << 30)
    (name,) = store.names()
    blob = store.load(name)
    assert blob is not None
    memory, *marks = blob.payloads
    store.save(name, blob.header, [memory[: memory.nbytes // 2], *marks])
    read_again(native_log, folder, fresh, conversation)


def test_that_refused_checkpoints_are_read_again(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers
) -> None:
    begin(native_log, folder, *TALK)
    store = BlobStore(folder / "states", budget_bytes=1 << 30)
    (name,) = store.names()
    blob = store.load(name)
    assert blob is not None
    memory, *marks = blob.payloads
    store.save(name, blob.header, [memory, *(mark[: mark.nbytes // 2] for mark in marks)])
    edited = [*TALK[:2], question("Who are you?")]
    with running(load_keeping(native_log, folder)) as engine:
        reply = ask(engine, edited)
        assert reply.finished.tokens.reused == 0
        assert_right(reply, fresh, edited)


def test_that_a_state_longer_than_the_context_is_read_again(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers
) -> None:
    """The context was made smaller since: all the conversation no longer fits, a branch does."""
    with running(load_keeping(native_log, folder)) as engine:
        ask(engine, [*TALK, text_message(Role.ASSISTANT, "apple"), LONG_QUESTION], max_tokens=1)
        engine.save()
    branch = [*TALK, text_message(Role.ASSISTANT, "apple"), NEXT]
    with running(load_keeping(native_log, folder, context_length=512)) as engine:
        for _again in range(2):
            assert_right(ask(engine, branch), fresh, branch)


def test_that_clocks_do_not_matter(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers
) -> None:
    conversation = begin(native_log, folder, *TALK)
    for number, path in enumerate(state_files(folder)):
        os.utime(path, (number, number))
    os.utime(folder / "states", (1 << 33, 1 << 33))
    with running(load_keeping(native_log, folder)) as engine:
        reply = ask(engine, conversation)
        engine.save()
    assert reply.finished.tokens.read <= 20
    assert_right(reply, fresh, conversation)


def garbage(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix == ".part"]


def test_that_a_full_disk_costs_only_the_state(
    native_log: NativeLog, folder: Path, picture: Image, fresh: FreshAnswers
) -> None:
    asked = [question("What is on the button?", picture)]
    with running(load_keeping(native_log, folder)) as engine:
        # The picture's pixels come as a file, without which there is no answer at all.
        assert engine._pictures is not None
        engine._pictures.look(picture, tokens_left=1000, stopped=lambda: False)
        with longest_file(0):
            one = ask(engine, asked)
            engine.settle(lambda: False)
            engine.save()
    assert_right(one, fresh, asked)
    assert state_files(folder) == []
    assert garbage(folder) == []
    read_again(native_log, folder, fresh, asked)


def test_that_a_cache_folder_that_cannot_be_made_costs_only_the_cache(
    native_log: NativeLog, tmp_path: Path, picture: Image, fresh: FreshAnswers
) -> None:
    (tmp_path / "file").write_bytes(b"no folder")
    asked = [question("What is on the button?", picture)]
    with running(load_keeping(native_log, tmp_path / "file" / "cache", memory_bytes=0)) as engine:
        assert_right(ask(engine, asked), fresh, asked)
        engine.settle(lambda: False)
        engine.save()
        assert_right(ask(engine, TALK), fresh, TALK)
        assert_right(ask(engine, asked), fresh, asked)


def kill_when_saving(process: psutil.Process, folder: Path) -> None:
    """Kill a process as soon as half a file is seen, or let it end before."""
    with suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE and not garbage(folder):
            pass
        process.kill()


def saver(folder: Path) -> SpawnProcess:
    process = multiprocessing.get_context("spawn").Process(target=save_for_ever, args=(folder,))
    process.start()
    return process


def test_that_an_engine_killed_while_saving_leaves_no_garbage_and_no_wrong_answer(
    native_log: NativeLog, folder: Path, fresh: FreshAnswers
) -> None:
    halves = 0
    conversation = [LONG_QUESTION]
    while halves < 3:
        process = saver(folder)
        kill_when_saving(psutil.Process(process.pid), folder / "states")
        process.join()
        # An exception of its own would have ended it with 1.
        assert process.exitcode not in {0, 1}
        halves += bool(garbage(folder))
        with running(load_keeping(native_log, folder)) as engine:
            assert garbage(folder) == []
            reply = ask(engine, conversation, max_tokens=48)
            assert_right(reply, fresh, conversation)


def test_that_an_engine_process_killed_while_it_leaves_answers_right_the_next_time(
    tmp_path: Path, folder: Path, fresh: FreshAnswers
) -> None:
    for number in range(2):
        engine = RunningEngine(tmp_path / "log")
        engine.load(cache_folder=folder, threads=1)
        assert garbage(folder) == []
        for conversation in (TALK, [question(f"Count from 1 to {number + 3}.")], [LONG_QUESTION]):
            assert_right(engine.ask(*conversation), fresh, conversation)
        process = psutil.Process(engine.client.process_id)
        leaving = Thread(target=engine.close)
        leaving.start()
        kill_when_saving(process, folder / "states")
        leaving.join()


def test_that_two_programs_on_one_folder_both_answer_right(
    tmp_path: Path, folder: Path, fresh: FreshAnswers
) -> None:
    conversations = [
        TALK,
        [question("Count from 1 to 5. " * 20)],
        [*TALK[:2], question("Who are you?")],
        [LONG_QUESTION],
    ]
    for _start in range(2):
        engines = [RunningEngine(tmp_path / "log" / name) for name in ("one", "two")]
        for engine in engines:
            engine.load(cache_folder=folder, threads=1)
        for conversation in (*conversations, *reversed(conversations)):
            numbers = [engine.submit(conversation) for engine in engines]
            for engine, number in zip(engines, numbers, strict=True):
                assert_right(engine.wait_for(number), fresh, conversation)
        leaving = [Thread(target=engine.close) for engine in engines]
        for thread in leaving:
            thread.start()
        for thread in leaving:
            thread.join()
        assert garbage(folder) == []
    engine = RunningEngine(tmp_path / "log" / "three")
    engine.load(cache_folder=folder, threads=1)
    reply = engine.ask(LONG_QUESTION)
    engine.close()
    assert reply.finished.tokens.reused > 0
    assert_right(reply, fresh, [LONG_QUESTION])


def test_that_an_embedding_is_computed_once_for_all_starts(
    native_log: NativeLog,
    folder: Path,
    picture: Image,
    fresh: FreshAnswers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conversation = begin(native_log, folder, question("What is on the button?", picture))
    fresh.to(conversation, thinking=False)
    for path in state_files(folder):
        path.unlink()
    encodings = Encodings(monkeypatch)
    read_again(native_log, folder, fresh, conversation)
    assert encodings.count == 0


@pytest.mark.parametrize("place", [0.001, 0.01, 0.5, 0.999])
def test_that_a_damaged_embedding_is_computed_again(
    native_log: NativeLog,
    folder: Path,
    picture: Image,
    fresh: FreshAnswers,
    monkeypatch: pytest.MonkeyPatch,
    place: float,
) -> None:
    conversation = begin(native_log, folder, question("What is on the button?", picture))
    fresh.to(conversation, thinking=False)
    for path in state_files(folder):
        path.unlink()
    (path,) = (folder / "embeddings").glob("*.cache")
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 0x40
    path.write_bytes(data)
    encodings = Encodings(monkeypatch)
    read_again(native_log, folder, fresh, conversation)
    assert encodings.count == 1
    for path in state_files(folder):
        path.unlink()
    read_again(native_log, folder, fresh, conversation)
    assert encodings.count == 1


def test_that_another_pictures_embedding_is_not_taken(
    native_log: NativeLog, folder: Path, picture: Image, tmp_path: Path, fresh: FreshAnswers
) -> None:
    """The same file name, the same size, another picture: it is what it shows that counts."""
    asked = [question("What is on the button?", picture)]
    begin(native_log, folder, *asked)
    other = Image(path=tmp_path / "other" / picture.path.name)
    other.path.parent.mkdir()
    make_cases(seed=2026, count=8)[7].picture.save(other.path)
    with running(load_keeping(native_log, folder)) as engine:
        for image in (other, picture, other):
            asked = [question("What is on the button?", image)]
            assert_right(ask(engine, asked), fresh, asked)


BACKGROUND = [question("Summarize in three words: " + "the picture shows a button " * 12)]


@pytest.mark.parametrize("on_disk", [True, False], ids=["disk", "ram alone"])
def test_that_a_question_in_the_background_costs_the_open_chat_nothing(
    native_log: NativeLog, folder: Path, picture: Image, fresh: FreshAnswers, on_disk: bool
) -> None:
    """RAM holds one of the two and not both."""
    asked = [question("What is on the button?", picture), *TALK[1:]]
    probe = begin(native_log, folder, *asked)
    (one,) = state_files(folder)
    ram = int(one.stat().st_size * 1.5)
    one.unlink()
    with running(load_keeping(native_log, folder if on_disk else None, memory_bytes=ram)) as engine:
        ask(engine, asked)
        engine.settle(lambda: False)
        ask(engine, BACKGROUND)
        reply = ask(engine, probe)
    assert reply.finished.tokens.read <= 20
    assert_right(reply, fresh, probe)


def test_that_the_folder_never_takes_more_than_its_budget(
    native_log: NativeLog, folder: Path, picture: Image
) -> None:
    begin(native_log, folder, *TALK)
    budget = state_files(folder)[0].stat().st_size * 4
    with running(load_keeping(native_log, folder, cache_bytes=budget, memory_bytes=0)) as engine:
        for number in range(8):
            asked = question(f"Count from {number} to 9. " * 12, *([picture] * (number % 2)))
            ask(engine, [asked], max_tokens=1)
            engine.save()
            kept = sum(path.stat().st_size for path in folder.rglob("*.cache"))
            assert kept <= budget
    assert state_files(folder)
