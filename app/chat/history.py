"""Turns as the messages that the engine is asked about: pure."""

from collections.abc import Sequence
from typing import assert_never

from app.chat.turns import Attachment, AttachmentKind, Turn
from runtime.content import Image, Message, Part, Role, Text, Video, text_message


def messages_of(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """What was said on a branch, without thinking and without answers that stayed empty.

    An answer that was stopped or failed counts as far as it went.
    """
    return tuple(message for turn in turns if (message := _message_of(turn)) is not None)


def _message_of(turn: Turn) -> Message | None:
    if turn.role is not Role.USER:
        return text_message(turn.role, turn.text) if turn.text.strip() else None
    parts: list[Part] = [part_of(attachment) for attachment in turn.attachments]
    if turn.text.strip():
        parts.append(Text(text=turn.text))
    return Message(role=Role.USER, parts=tuple(parts)) if parts else None


def part_of(attachment: Attachment) -> Part:
    """A file sent along, as the engine is shown it."""
    match attachment.kind:
        case AttachmentKind.PICTURE:
            return Image(path=attachment.path)
        case AttachmentKind.VIDEO:
            return Video(path=attachment.path)
        case _:
            assert_never(attachment.kind)
