"""What a conversation is made of, as the runtime sees it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """Who speaks in a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words, exactly as they were written; never parsed for special tokens."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A still picture in a file that the media process can read."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A clip in a file that the media process can read."""

    path: Path


Part = Text | Image | Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation.

    Attributes:
        role: who speaks
        parts: text and pictures in the order they are shown to the model
    """

    role: Role
    parts: tuple[Part, ...]


def text_message(role: Role, text: str) -> Message:
    """A message of words alone."""
    return Message(role=role, parts=(Text(text=text),))
