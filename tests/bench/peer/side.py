"""What both sides of the comparison can do, and what they report."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from runtime.content import Message

# How long a person takes to read an answer before asking on; the same for both sides.
READING_PAUSE_S = 3.0
# How long a person types after dropping a picture.
TYPING_S = 20.0
# How long a person types a follow-up: five words a second, faster than anybody can.
TYPING_FOLLOW_UP_S = 8.0


class Moment(StrEnum):
    """When an answer is stopped."""

    READING = "while it reads the prompt"
    WRITING = "while it writes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, with times as the window would see them.

    Attributes:
        text: what was streamed, thinking left out
        prompt: tokens of the whole prompt
        read: those that were computed now
        generated: tokens written
        first_s: from sending the request to the first piece of text
        writing_s: from the first piece to the last
    """

    text: str
    prompt: int
    read: int
    generated: int
    first_s: float
    writing_s: float

    @property
    def tokens_per_second(self) -> float:
        return (self.generated - 1) / self.writing_s if self.writing_s else 0.0


class Side(Protocol):
    """One of the two programs, with a process of its own."""

    name: str

    @property
    def process_id(self) -> int:
        """The process that holds the model."""

    def ask(
        self, messages: Sequence[Message], *, max_tokens: int, thinking: bool = False
    ) -> Reply: ...

    def attach(self, messages: Sequence[Message]) -> None:
        """A picture was dropped, and the question to it is being typed."""

    def type(self, messages: Sequence[Message]) -> None:
        """The last of these messages is being typed, as far as it stands here."""

    def answered(self, messages: Sequence[Message]) -> None:
        """The conversation now ends with this answer, and nobody asks anything yet."""

    def stop(self, messages: Sequence[Message], moment: Moment) -> float:
        """Ask and stop; seconds from the stop until the program is free again."""

    def restart(self) -> None:
        """Quit the program and start it again, up to the loaded model."""

    def close(self) -> None: ...
