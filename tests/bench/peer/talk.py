"""Conversations to measure with: prose of a given length, a picture, turns that build up."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.peer.side import TYPING_FOLLOW_UP_S, Reply, Side
from PIL import Image as Pillow
from PIL import ImageDraw

from runtime.content import Image, Message, Role, Text, text_message

# Each is one token of Qwen's vocabulary after a blank.
_PROSE = (
    "the river turns north past old mills and every winter ice holds boats near shore while "
    "people walk across it with lamps to trade salt bread wool iron letters and news from towns "
    "where no road goes before spring because snow lies deep on both sides of the only bridge"
)
_WORDS = tuple(_PROSE.split())
# The program sends what stands about twice a second.
_PIECES = 16
_PICTURE_SIZE = (640, 480)


def prose(salt: str, tokens: float, tokens_per_word: float = 1.0) -> str:
    """Text of about this many tokens; another one for every salt, from its first word on."""
    source = random.Random(salt)
    words = (source.choice(_WORDS) for _ in range(max(1, round(tokens / tokens_per_word))))
    return f"{source.randrange(10**6)}: {' '.join(words)}."


def picture(salt: str, folder: Path) -> Path:
    """A picture of 640 x 480, another one for every salt."""
    source = random.Random(salt)
    canvas = Pillow.new("RGB", _PICTURE_SIZE, "white")
    draw = ImageDraw.Draw(canvas)
    for _ in range(12):
        x, y = source.randrange(540), source.randrange(380)
        colour = tuple(source.randrange(256) for _ in range(3))
        draw.rectangle((x, y, x + source.randrange(20, 100), y + 60), fill=colour)
    path = folder / f"{salt}.png"
    canvas.save(path)
    return path


@dataclass(slots=True)
class Talk:
    """A conversation with one side; its history holds each answer as it was streamed."""

    side: Side
    messages: list[Message] = field(default_factory=list)

    def ask(
        self, text: str, *, max_tokens: int, files: Sequence[Path] = (), thinking: bool = False
    ) -> Reply:
        self.messages.append(question(text, files))
        return self.answer(max_tokens=max_tokens, thinking=thinking)

    def type(
        self,
        text: str,
        *,
        max_tokens: int,
        files: Sequence[Path] = (),
        thinking: bool = False,
    ) -> Reply:
        """Ask a question that is typed, some words at a time; Enter follows the last word."""
        words = text.split()
        for piece in range(1, _PIECES):
            time.sleep(TYPING_FOLLOW_UP_S / _PIECES)
            typed = " ".join(words[: len(words) * piece // _PIECES])
            self.side.type([*self.messages, question(typed, files)])
        time.sleep(TYPING_FOLLOW_UP_S / _PIECES)
        return self.ask(text, max_tokens=max_tokens, files=files, thinking=thinking)

    def answer(self, *, max_tokens: int, thinking: bool = False) -> Reply:
        """Have the question that stands last answered."""
        reply = self.side.ask(self.messages, max_tokens=max_tokens, thinking=thinking)
        self.messages.append(text_message(Role.ASSISTANT, reply.text))
        return reply

    def cut(self, messages: int) -> None:
        """Drop the newest messages, for a regeneration or an edit."""
        del self.messages[-messages:]


def question(text: str, files: Sequence[Path] = ()) -> Message:
    """A user's message: pictures first, as the window sends them."""
    return Message(role=Role.USER, parts=(*(Image(path=file) for file in files), Text(text=text)))


def dropped(files: Sequence[Path]) -> Message:
    """Pictures whose question is still being typed."""
    return Message(role=Role.USER, parts=tuple(Image(path=file) for file in files))
