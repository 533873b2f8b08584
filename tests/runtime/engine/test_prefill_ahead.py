"""Reading before the question: what it saves, and that it changes no answer and fails nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from helpers.engines import NUMBER, Reply, RunningEngine, ask, question
from helpers.fresh_answers import FreshAnswers
from helpers.keeping_engines import LONG_QUESTION, load_keeping
from helpers.pictures import make_cases

from runtime.content import Image, Message, Role, text_message
from runtime.engine.blob_store import BlobStore
from runtime.engine.engine import Engine
from runtime.engine.llama_library import NativeLog, start_llama
from runtime.engine.prefill_plan import Picture, cells
from runtime.events import Failed, Finished, PictureProgress, PrefillDone
from runtime.models.installed_model import demo_model_files
from runtime.requests import LoadRequest, ModelFiles, PrefillRequest, RequestId

pytestmark = pytest.mark.model

WORDS = "What colour is the star?"
TALK = (
    question("Count from 1 to 9."),
    text_message(Role.ASSISTANT, "1, 2, 3, 4, 5, 6, 7, 8, 9"),
)
# The template's words round a question, and the opening of the answer.
FRAME_TOKENS = 14


@pytest.fixture(scope="module")
def native_log() -> NativeLog:
    return start_llama()


@pytest.fixture(scope="module")
def fresh(native_log: NativeLog) -> Iterator[FreshAnswers]:
    fresh = FreshAnswers(native_log)
    yield fresh
    fresh.close()


@pytest.fixture
def engine(native_log: NativeLog) -> Iterator[Engine]:
    engine = load_keeping(native_log, None)
    yield engine
    engine.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningEngine]:
    engine = RunningEngine(tmp_path / "log")
    engine.load()
    yield engine
    engine.close()


@pytest.fixture
def pictures(tmp_path: Path) -> list[Image]:
    images = []
    for number, case in enumerate(make_cases(seed=2026, count=3)):
        path = tmp_path / f"{number}.png"
        case.picture.save(path)
        images.append(Image(path=path))
    return images


def attached(*files: Image) -> Message:
    """A message of which only the pictures are known yet."""
    return Message(role=Role.USER, parts=files)


def read_ahead(engine: Engine, *messages: Message, checks: int | None = None) -> int:
    """Work ahead in this process, interrupted at a number of looks at `stopped`."""
    looks = 0

    def interrupted() -> bool:
        nonlocal looks
        looks += 1
        return checks is not None and looks > checks

    return engine.prefill_ahead(PrefillRequest(request_id=NUMBER, messages=messages), interrupted)


def tokens_of(engine: Engine, text: str) -> int:
    return len(engine._model.tokenize(text, special=False))


def prefilled_ahead(running: RunningEngine, number: RequestId) -> PrefillDone:
    event = running.wait_for(number, (PrefillDone, Failed)).events[-1]
    assert isinstance(event, PrefillDone), event
    return event


def assert_right(reply: Reply, fresh: FreshAnswers, *conversation: Message) -> None:
    expected = fresh.to(conversation, thinking=False)
    assert (reply.text, reply.finished.tokens.prompt) == (expected.text, expected.prompt)


@pytest.mark.parametrize("talk", [(), TALK], ids=["first", "later"])
def test_that_after_prefill_ahead_only_the_question_is_read(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image], talk: tuple[Message, ...]
) -> None:
    assert read_ahead(engine, *talk, attached(pictures[0])) > cells([*engine.memory][-1:])
    asked = (*talk, question(WORDS, pictures[0]))
    reply = ask(engine, asked)
    assert reply.finished.tokens.read <= tokens_of(engine, WORDS) + FRAME_TOKENS
    assert not any(isinstance(event, PictureProgress) for event in reply.events)
    assert_right(reply, fresh, *asked)


def test_that_the_engine_process_reads_ahead_of_the_question(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    read = prefilled_ahead(running, running.prefill_ahead(*TALK, attached(pictures[0]))).read
    asked = (*TALK, question(WORDS, pictures[0]))
    reply = running.ask(*asked)
    tokens = reply.finished.tokens
    assert read == tokens.reused
    assert tokens.reused > tokens.pictures > 0
    assert reply.finished.seconds.pictures == 0
    assert_right(reply, fresh, *asked)


def test_that_two_pictures_are_read_ahead(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    read_ahead(engine, attached(pictures[0]))
    read_ahead(engine, attached(*pictures[:2]))
    asked = question("What is in picture 2?", *pictures[:2])
    reply = ask(engine, [asked])
    assert not any(isinstance(event, PictureProgress) for event in reply.events)
    assert_right(reply, fresh, asked)


def test_that_prefill_ahead_twice_reads_once(engine: Engine, pictures: list[Image]) -> None:
    assert read_ahead(engine, *TALK, attached(pictures[0])) > 0
    held = engine.memory
    assert read_ahead(engine, *TALK, attached(pictures[0])) == 0
    assert engine.memory == held


def test_that_removing_the_picture_takes_it_out_of_memory(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    read_ahead(engine, *TALK, attached(pictures[0]))
    assert read_ahead(engine, *TALK) == 0
    assert not any(isinstance(unit, Picture) for unit in engine.memory)
    asked = (*TALK, question(WORDS))
    reply = ask(engine, asked)
    assert reply.finished.tokens.read <= tokens_of(engine, WORDS) + FRAME_TOKENS
    assert_right(reply, fresh, *asked)


def test_that_the_engine_process_forgets_a_removed_picture(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    prefilled_ahead(running, running.prefill_ahead(*TALK, attached(pictures[0])))
    prefilled_ahead(running, running.prefill_ahead(*TALK))
    asked = (*TALK, question(WORDS))
    assert_right(running.ask(*asked), fresh, *asked)


def test_that_another_picture_than_the_one_read_ahead_is_seen(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    read_ahead(engine, attached(pictures[0]))
    asked = question(WORDS, pictures[1])
    assert_right(ask(engine, [asked]), fresh, asked)


@pytest.mark.parametrize("talk", [(), TALK], ids=["first", "later"])
def test_that_words_are_read_while_they_are_typed(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image], talk: tuple[Message, ...]
) -> None:
    typed = "What colour is the"
    read_ahead(engine, *talk, attached(pictures[0]))
    for words in ("What", "What colour", typed):
        assert 0 < read_ahead(engine, *talk, question(words, pictures[0])) <= 4
    asked = (*talk, question(WORDS, pictures[0]))
    reply = ask(engine, asked)
    new = tokens_of(engine, WORDS) - tokens_of(engine, typed)
    assert reply.finished.tokens.read <= new + FRAME_TOKENS
    assert_right(reply, fresh, *asked)


@pytest.mark.parametrize("typed", ["Wher", "What colour is the star? And", "Who are you?"])
def test_that_words_that_were_changed_are_not_answered(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image], typed: str
) -> None:
    read_ahead(engine, *TALK, question(typed, pictures[0]))
    asked = (*TALK, question(WORDS, pictures[0]))
    reply = ask(engine, asked)
    assert not any(isinstance(event, PictureProgress) for event in reply.events)
    assert_right(reply, fresh, *asked)


def test_that_a_question_goes_on_where_words_read_ahead_were_interrupted(
    engine: Engine, fresh: FreshAnswers
) -> None:
    words = "apple river house table " * 60
    read_ahead(engine, *TALK, question(words), checks=4)
    asked = (*TALK, question(words + "star"))
    reply = ask(engine, asked)
    assert reply.finished.tokens.read < tokens_of(engine, words)
    assert_right(reply, fresh, *asked)


def test_that_words_that_were_never_sent_are_never_saved(
    native_log: NativeLog, tmp_path: Path, fresh: FreshAnswers
) -> None:
    engine = load_keeping(native_log, tmp_path)
    secret = tuple(engine._model.tokenize(" river house table", special=False))
    read_ahead(engine, *TALK, question("apple river house table"))
    assert is_within(secret, engine.memory)
    engine.save()
    read_ahead(engine, *TALK, question("apple river house table"))
    other = (LONG_QUESTION, text_message(Role.ASSISTANT, "apple"), question("Hello!"))
    ask(engine, other)
    engine.save()
    states = [
        BlobStore(tmp_path / "states", budget_bytes=1 << 30).header(name)
        for name in BlobStore(tmp_path / "states", budget_bytes=1 << 30).names()
    ]
    assert len(states) == 2
    for state in states:
        assert state is not None
        # The long question has these words too, but it was sent.
        is_other = len(state["units"]) > 500
        assert is_other or not is_within(secret, state["units"])
    assert_right(ask(engine, [*TALK, question(WORDS)]), fresh, *TALK, question(WORDS))
    engine.close()


def is_within(part: Sequence[object], whole: Sequence[object]) -> bool:
    return any(
        tuple(whole[start : start + len(part)]) == tuple(part) for start in range(len(whole))
    )


def test_that_thinking_asked_for_after_prefill_ahead_keeps_it(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    read_ahead(engine, *TALK, attached(pictures[0]))
    asked = (*TALK, question(WORDS, pictures[0]))
    reply = ask(engine, asked, thinking=True, max_tokens=48)
    assert reply.finished.tokens.read <= tokens_of(engine, WORDS) + FRAME_TOKENS
    expected = fresh.to(asked, thinking=True)
    assert (reply.thinking, reply.text) == (expected.thinking, expected.text)


def test_that_thinking_is_read_out_of_the_history_while_nobody_waits(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    first = question("How many shapes are there?", pictures[0])
    one = ask(engine, [first], thinking=True)
    assert one.thinking
    assert engine.has_prefill_ahead
    engine.settle(lambda: False)
    assert not engine.has_prefill_ahead
    asked = (first, text_message(Role.ASSISTANT, one.text), question("Hello!"))
    reply = ask(engine, asked)
    assert reply.finished.tokens.read <= tokens_of(engine, "Hello!") + FRAME_TOKENS
    assert_right(reply, fresh, *asked)


@pytest.mark.parametrize("checks", [0, 1, 2, 3, 10, 30, 45])
def test_that_interrupted_prefill_ahead_changes_no_answer(
    engine: Engine, fresh: FreshAnswers, pictures: list[Image], checks: int
) -> None:
    talk = (LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
    assert read_ahead(engine, *talk, attached(pictures[0]), checks=checks) == 0
    asked = (*talk, question(WORDS, pictures[0]))
    assert_right(ask(engine, asked), fresh, *asked)


def test_that_interrupted_prefill_ahead_looks_no_further_than_the_interruption(
    engine: Engine, pictures: list[Image]
) -> None:
    """What was read before it stays, up to a whole batch."""
    talk = (*TALK, LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
    read_ahead(engine, *TALK)
    held = engine.memory
    assert read_ahead(engine, *talk, attached(pictures[0]), checks=6) == 0
    assert engine.memory[: len(held)] == held
    assert cells(held) < cells(engine.memory) < cells(held) + 10 * 32


def test_that_a_question_goes_before_prefill_ahead_that_waits(
    running: RunningEngine, fresh: FreshAnswers
) -> None:
    """All of them wait while a model loads; what is read ahead then would only be in the way."""
    load = LoadRequest(request_id=running.client.next_id(), files=demo_model_files(), gpu_layers=0)
    running.client.submit(load)
    ahead = running.prefill_ahead(LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
    number = running.submit(TALK[:1])
    assert_right(running.wait_for(number), fresh, *TALK[:1])
    assert prefilled_ahead(running, ahead).read == 0


def test_that_a_question_asked_during_prefill_ahead_is_answered_right(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    for picture in pictures:
        talk = (LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
        ahead = running.prefill_ahead(*talk, attached(picture))
        asked = (*talk, question(WORDS, picture))
        reply = running.wait_for(running.submit(asked), (Finished, Failed))
        assert_right(reply, fresh, *asked)
        prefilled_ahead(running, ahead)


def test_that_words_typed_meanwhile_do_not_interrupt_a_picture(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    talk = (LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
    first = running.prefill_ahead(*talk, attached(pictures[0]))
    words = [running.prefill_ahead(*talk, question(text, pictures[0])) for text in ("What", WORDS)]
    # Of several that wait only the newest counts.
    assert prefilled_ahead(running, words[0]).read == 0
    assert prefilled_ahead(running, first).read + prefilled_ahead(running, words[1]).read > 1000
    asked = (*talk, question(WORDS, pictures[0]))
    assert_right(running.ask(*asked), fresh, *asked)


def test_that_another_chat_interrupts_prefill_ahead(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    talk = (LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
    first = running.prefill_ahead(*talk, attached(pictures[0]))
    second = running.prefill_ahead(*TALK)
    prefilled_ahead(running, first)
    assert prefilled_ahead(running, second).read > 0
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])


def test_that_stopped_prefill_ahead_says_so(running: RunningEngine, fresh: FreshAnswers) -> None:
    ahead = running.prefill_ahead(LONG_QUESTION, text_message(Role.ASSISTANT, "apple"))
    running.client.stop(ahead)
    prefilled_ahead(running, ahead)
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])


def test_that_prefill_ahead_of_an_empty_conversation_is_nothing_wrong(
    running: RunningEngine, fresh: FreshAnswers
) -> None:
    assert prefilled_ahead(running, running.prefill_ahead()).read == 0
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])


def test_that_a_system_prompt_alone_is_read_ahead(engine: Engine, fresh: FreshAnswers) -> None:
    system = text_message(Role.SYSTEM, "Answer in one short sentence. " * 5)
    read = read_ahead(engine, system)
    reply = ask(engine, [system, question("Hello!")])
    assert reply.finished.tokens.reused == read > 20
    assert_right(reply, fresh, system, question("Hello!"))


def test_that_files_nobody_can_use_fail_only_the_question(
    running: RunningEngine, fresh: FreshAnswers, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(b"\x89PNG\r\n\x1a\n")
    for path in (tmp_path / "gone.png", damaged, tmp_path):
        number = running.prefill_ahead(*TALK, attached(Image(path=path)))
        assert prefilled_ahead(running, number).read == 0
    assert running.ask(question(WORDS, Image(path=damaged))).failed
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])


def test_that_a_picture_deleted_before_idle_work_fails_nothing(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    number = running.submit([question(WORDS, pictures[0])])
    pictures[0].path.unlink()
    running.wait_for(number)
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])


def test_that_a_model_that_cannot_see_reads_nothing_ahead(
    running: RunningEngine, fresh: FreshAnswers, pictures: list[Image]
) -> None:
    running.load(ModelFiles(model=demo_model_files().model))
    assert prefilled_ahead(running, running.prefill_ahead(*TALK, attached(pictures[0]))).read == 0
    assert prefilled_ahead(running, running.prefill_ahead(*TALK)).read > 0
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])


def test_that_prefill_ahead_without_a_model_is_nothing_wrong(tmp_path: Path) -> None:
    engine = RunningEngine(tmp_path / "log")
    try:
        assert prefilled_ahead(engine, engine.prefill_ahead(*TALK)).read == 0
    finally:
        engine.close()


def test_that_a_conversation_longer_than_the_context_is_not_read_ahead(
    running: RunningEngine, fresh: FreshAnswers
) -> None:
    talk = (question("hello " * 5000), text_message(Role.ASSISTANT, "Hello!"))
    assert prefilled_ahead(running, running.prefill_ahead(*talk)).read == 0
    assert_right(running.ask(*TALK[:1]), fresh, *TALK[:1])
