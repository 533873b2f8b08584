"""What is done with both sides, and which figures come out.

A scene runs on a fresh pair of processes, one at a time, and talks about something new each round.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.peer.models import BenchModel
from bench.peer.side import READING_PAUSE_S, Moment, Reply, Side
from bench.peer.talk import Talk, dropped, picture, prose, question

from runtime.content import Role, text_message

_SHORT_ANSWER = 32
_THOUGHT = 64
# How often a scene that is long to set up measures in one go.
_REPEATS = 5
_GROWTH = (1000, 2000, 4000, 8000, 16_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing measured once.

    Attributes:
        name: begins with the case's letter in issue 3
        value: seconds, unless the name says otherwise
        read: tokens of the prompt that were computed for it
    """

    name: str
    value: float
    read: int | None = None


Figures = Iterator[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a scene plays.

    Attributes:
        salt: another one each round, the same for both sides
        tokens_per_word: of this model, as measured
    """

    side: Side
    model: BenchModel
    folder: Path
    salt: str
    tokens_per_word: float

    def prose(self, name: str, tokens: int) -> str:
        return prose(f"{self.salt} {name}", tokens, self.tokens_per_word)

    def picture(self, name: str) -> Path:
        return picture(f"{self.salt} {name}", self.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Something a person does.

    Attributes:
        needs: tokens of its longest prompt
        once: it measures several times by itself, so one round is enough
        weighed: its peak of memory is a figure too
    """

    name: str
    play: Callable[[Stage], Figures]
    needs: int = 1500
    once: bool = False
    weighed: bool = False


def talk(stage: Stage) -> Figures:
    """A long question, follow-ups, an answer anew, an earlier question changed."""
    talk = Talk(stage.side)
    reply = talk.ask(stage.prose("first", 600), max_tokens=_SHORT_ANSWER)
    yield first_token("a 600", reply)
    _pause()
    yield first_token("b", talk.type(stage.prose("second", 40), max_tokens=_SHORT_ANSWER))
    _pause()
    talk.cut(1)
    yield first_token("f", talk.answer(max_tokens=_SHORT_ANSWER))
    _pause()
    yield first_token("b pasted", talk.ask(stage.prose("third", 40), max_tokens=_SHORT_ANSWER))
    _pause()
    talk.cut(4)
    yield first_token("g", talk.type(stage.prose("changed", 40), max_tokens=_SHORT_ANSWER))
    _pause()
    talk.ask(stage.prose("fourth", 40), max_tokens=_SHORT_ANSWER)
    _pause()
    talk.cut(4)
    yield first_token("g pasted", talk.ask(stage.prose("anew", 40), max_tokens=_SHORT_ANSWER))
    # Nobody reads that fast; it shows what is left to do when there is no pause.
    yield first_token("b at once", talk.ask(stage.prose("hasty", 40), max_tokens=_SHORT_ANSWER))


def long_prompt(stage: Stage) -> Figures:
    """A text of 4,000 tokens pasted in."""
    talk = Talk(stage.side)
    reply = talk.ask(stage.prose("pasted", 4000), max_tokens=_SHORT_ANSWER)
    yield first_token("a 4000", reply)
    yield Figure(name="j reading, tokens/s", value=reply.read / reply.first_s)
    yield Figure(name="j writing after 4000, tokens/s", value=reply.tokens_per_second)


def writing(stage: Stage) -> Figures:
    """A long answer to a short question."""
    reply = Talk(stage.side).ask(stage.prose("short", 20), max_tokens=128)
    yield Figure(name="j writing, tokens/s", value=reply.tokens_per_second)


def drop(stage: Stage) -> Figures:
    """A picture dropped, a question typed, a follow-up; then one sent with its question."""
    talk = Talk(stage.side)
    files = [stage.picture("dropped")]
    stage.side.attach([dropped(files)])
    reply = talk.ask(stage.prose("about it", 15), files=files, max_tokens=_SHORT_ANSWER)
    yield first_token("c", reply)
    _pause()
    yield first_token("d", talk.type(stage.prose("more", 15), max_tokens=_SHORT_ANSWER))
    _pause()
    talk.cut(1)
    yield first_token("f picture", talk.answer(max_tokens=_SHORT_ANSWER))
    _pause()
    talk.ask(stage.prose("and more", 15), max_tokens=_SHORT_ANSWER)
    _pause()
    talk.cut(6)
    changed = talk.type(stage.prose("changed", 15), files=files, max_tokens=_SHORT_ANSWER)
    yield first_token("g picture", changed)
    _pause()
    other = Talk(stage.side)
    files = [stage.picture("sent at once")]
    reply = other.ask(stage.prose("about that", 15), files=files, max_tokens=_SHORT_ANSWER)
    yield first_token("c at once", reply)


def think(stage: Stage) -> Figures:
    """A thinking answer, and a follow-up with thinking.

    Random weights never close their thought. The answer behind it is then our own text, and is
    read in idle time on request, as the engine does by itself after a real one.
    """
    talk = Talk(stage.side)
    question_text = stage.prose("hard", 600)
    talk.ask(question_text, max_tokens=_THOUGHT, thinking=True)
    if stage.model.writes_noise:
        talk.messages[-1] = text_message(Role.ASSISTANT, stage.prose("answer", 40))
        stage.side.answered(talk.messages)
    _pause()
    reply = talk.type(stage.prose("harder", 40), max_tokens=_SHORT_ANSWER, thinking=True)
    yield first_token("e", reply)


def switch(stage: Stage) -> Figures:
    """Two chats, and back to the first."""
    first, second = Talk(stage.side), Talk(stage.side)
    first.ask(stage.prose("one chat", 600), max_tokens=_SHORT_ANSWER)
    _pause()
    second.ask(stage.prose("another chat", 600), max_tokens=_SHORT_ANSWER)
    _pause()
    yield first_token("h", first.type(stage.prose("back", 40), max_tokens=_SHORT_ANSWER))


def reopen(stage: Stage) -> Figures:
    """Quit, start, open the chat, ask. Starting is not counted."""
    talk = Talk(stage.side)
    talk.ask(stage.prose("yesterday", 600), max_tokens=_SHORT_ANSWER)
    _pause()
    stage.side.restart()
    yield first_token("i", talk.type(stage.prose("today", 40), max_tokens=_SHORT_ANSWER))


def stop_writing(stage: Stage) -> Figures:
    """Stopped after the first words."""
    asked = [question(stage.prose("to stop", 20))]
    yield Figure(name="l writing", value=stage.side.stop(asked, Moment.WRITING))


def stop_reading(stage: Stage) -> Figures:
    """Stopped in the middle of a long prompt."""
    asked = [question(stage.prose("long, to stop", 4000))]
    yield Figure(name="l reading", value=stage.side.stop(asked, Moment.READING))


def grow(stage: Stage) -> Figures:
    """One conversation that grows; at each size some follow-ups, each after a pause."""
    talk = Talk(stage.side)
    held = 0
    for size in _GROWTH:
        if size > stage.model.longest_prompt:
            return
        name = f"to {size}"
        # Context for the follow-ups that come before the next size.
        held = talk.ask(stage.prose(name, max(size - held, 50)), max_tokens=4).prompt
        for turn in range(_REPEATS):
            _pause()
            reply = talk.ask(stage.prose(f"{name} {turn}", 20), max_tokens=4)
            held = reply.prompt
            yield first_token(f"m {size}", reply)


SCENES = (
    Scene(name="talk", play=talk, weighed=True),
    Scene(name="drop", play=drop, needs=700, weighed=True),
    Scene(name="think", play=think),
    Scene(name="switch", play=switch),
    Scene(name="reopen", play=reopen),
    Scene(name="writing", play=writing, needs=200),
    Scene(name="stop", play=stop_writing, needs=200),
    Scene(name="stop-reading", play=stop_reading, needs=4200),
    Scene(name="long", play=long_prompt, needs=4200, weighed=True),
    Scene(name="grow", play=grow, needs=16_000, once=True),
)


def first_token(name: str, reply: Reply) -> Figure:
    return Figure(name=name, value=reply.first_s, read=reply.read)


def _pause() -> None:
    time.sleep(READING_PAUSE_S)
