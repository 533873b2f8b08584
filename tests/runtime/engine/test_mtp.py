"""Multi-token prediction changes how fast an answer is written, and nothing else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.engines import NUMBER, Reply, ask, question
from helpers.pictures import make_cases

from runtime.content import Image, Message, Role, text_message
from runtime.engine.engine import Engine
from runtime.engine.llama_library import NativeLog, start_llama
from runtime.events import Event
from runtime.models.installed_model import demo_model_files
from runtime.requests import AnswerRequest, LoadRequest, SamplingOptions

pytestmark = pytest.mark.model

DRAWS = 2500  # of each kind; both together are the 5,000 of the comparison


@pytest.fixture(scope="module")
def native_log() -> NativeLog:
    return start_llama()


def load(native_log: NativeLog, *, drafting: bool | None, folder: Path | None = None) -> Engine:
    request = LoadRequest(
        request_id=NUMBER,
        files=demo_model_files(),
        gpu_layers=0,
        drafting=drafting,
        cache_folder=folder,
    )
    return Engine(request, native_log, lambda _fraction: True)


@pytest.fixture(scope="module")
def drafting(native_log: NativeLog) -> Iterator[Engine]:
    engine = load(native_log, drafting=True)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def plain(native_log: NativeLog) -> Iterator[Engine]:
    engine = load(native_log, drafting=False)
    yield engine
    engine.close()


def prompts(folder: Path) -> Iterator[tuple[list[Message], bool]]:
    """Conversations, half of them with a picture, some with thinking, some of two turns."""
    sums = [f"What is {a} + {b}?" for a in range(4) for b in range(4)]
    counts = [f"Count from {a} to {a + b}." for a in range(1, 11) for b in (3, 6, 9)]
    repeats = [f"Repeat after me: {words}" for words in ("apple river house", "table 4411 garden")]
    for number, text in enumerate(["Hello!", "Who are you?", *sums, *counts, *repeats]):
        yield [question(text)], number % 3 == 0
    for number, case in enumerate(make_cases(seed=77, count=52)):
        path = folder / f"{number}.png"
        case.picture.save(path)
        asked = question(case.question, Image(path=path))
        yield [asked], number % 2 == 0
        if number % 4 == 0:
            answered = text_message(Role.ASSISTANT, case.answer)
            yield [asked, answered, question("Describe the picture.")], False


def test_that_greedy_answers_are_the_same_in_half_the_passes(
    drafting: Engine, plain: Engine, tmp_path: Path
) -> None:
    """113 prompts, 65 of them with a picture."""
    tokens = passes = compared = 0
    for messages, thinking in prompts(tmp_path):
        one = ask(drafting, messages, thinking=thinking)
        other = ask(plain, messages, thinking=thinking)
        assert (one.thinking, one.text) == (other.thinking, other.text)
        tokens += one.finished.tokens.generated
        passes += one.finished.tokens.passes
        compared += 1
    assert compared >= 100
    assert tokens / passes >= 2


def sample(engine: Engine, seed: int) -> str:
    """The first tokens of an answer at a high temperature, where many are likely."""
    events: list[Event] = []
    request = AnswerRequest(
        request_id=NUMBER,
        messages=(question("Say something."),),
        sampling=SamplingOptions(temperature=3.0, seed=seed),
        max_tokens=3,
    )
    engine.answer(request, events.append, lambda: False)
    reply = Reply(events)
    return reply.text


def test_that_sampled_answers_have_the_same_distribution(drafting: Engine, plain: Engine) -> None:
    ones = Counter(sample(drafting, seed) for seed in range(DRAWS))
    others = Counter(sample(plain, seed) for seed in range(DRAWS, 2 * DRAWS))
    frequent = [text for text in ones | others if ones[text] + others[text] >= 20]
    assert len(frequent) >= 5
    rest = (DRAWS - sum(ones[t] for t in frequent), DRAWS - sum(others[t] for t in frequent))
    rows = [(ones[text], others[text]) for text in frequent] + ([rest] if sum(rest) else [])
    statistic = sum((a - b) ** 2 / (a + b) for a, b in rows)
    assert statistic < chi_squared_limit(len(rows) - 1)


def chi_squared_limit(freedom: int) -> float:
    """The value a chi-squared variable exceeds once in a thousand (Wilson and Hilferty, 1931)."""
    deviation = 3.0902  # of the normal distribution at 0.999
    spread = 2 / (9 * freedom)
    return float(freedom * (1 - spread + deviation * spread**0.5) ** 3)


def test_that_a_conversation_goes_on_after_drafted_answers(
    drafting: Engine, native_log: NativeLog, tmp_path: Path
) -> None:
    case = make_cases(seed=5, count=1)[0]
    case.picture.save(tmp_path / "picture.png")
    conversation = [question(case.question, Image(path=tmp_path / "picture.png"))]
    for text in ("Count from 1 to 9.", "Describe the picture.", "Hello!"):
        reply = ask(drafting, conversation)
        fresh = load(native_log, drafting=False)
        assert reply.text == ask(fresh, conversation).text
        fresh.close()
        conversation += [text_message(Role.ASSISTANT, reply.text), question(text)]


def test_that_the_faster_way_is_found_by_measuring(native_log: NativeLog, tmp_path: Path) -> None:
    engine = load(native_log, drafting=None, folder=tmp_path)
    replies = [ask(engine, [question(f"Count from {n} to {n + 9}.")]) for n in range(1, 9)]
    engine.close()
    counts = [reply.finished.tokens for reply in replies]
    assert counts[0].passes >= counts[0].generated  # plain first
    assert any(count.passes < count.generated for count in counts)  # then drafted
    assert list(tmp_path.glob("paces-*.json"))
