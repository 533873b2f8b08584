"""Turns a conversation into the parts of a prompt, what people wrote apart from the template.

The chat template comes out of a model file and is untrusted code, so Jinja runs it sandboxed. The
words of the conversation never enter Jinja: a placeholder stands for each run of them, and the
rendered text is cut at the placeholders. What is left is the template's own text, the only text
that may contain special tokens.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runtime.content import Image, Message, Role, Text, Video
from runtime.problems import Problem, PromptFailure

# How Qwen's templates render a picture and a video; llama.cpp's mtmd adds the
# vision tokens round each picture by itself.
_MEDIA = re.compile(r"(<\|vision_start\|><\|(?:image|video)_pad\|><\|vision_end\|>)")
_TURN_END = "<|im_end|>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """Text of the template itself; special tokens in it are meant."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """Text somebody wrote; whatever looks like a special token in it is just text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """The place of a picture or a video."""

    part: Image | Video


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnd:
    """A turn ends here: a place worth going back to."""


PromptPart = TemplateText | PlainText | Media | TurnEnd


def render(
    template: str, messages: Sequence[Message], *, thinking: bool, ask: bool = True
) -> tuple[PromptPart, ...]:
    """Render a conversation with a model's chat template.

    Args:
        template: Jinja source out of the model file
        messages: the conversation, oldest first
        thinking: whether the model shall think before it answers
        ask: end with the opening of the answer, rather than after the last message

    Raises:
        PromptFailure: the template refuses the conversation or loses a part of it
    """
    written = _Written()
    rendered = _run(
        template,
        [written.message(message) for message in messages],
        thinking=thinking,
        ask=ask,
    )
    parts = tuple(written.cut(rendered))
    if sum(isinstance(part, PlainText | Media) for part in parts) != written.count:
        raise PromptFailure(Problem.TEMPLATE_FAILED, "the template dropped part of a message")
    return parts


def has_pictures(messages: Sequence[Message]) -> bool:
    """Whether any message carries a picture or a video."""
    return any(isinstance(part, Image | Video) for message in messages for part in message.parts)


class _Written:
    """The words and pictures of a conversation, each under a placeholder nobody can guess."""

    def __init__(self) -> None:
        nonce = secrets.token_hex(8)
        self._form = f"[{nonce}:{{}}]"
        self._pattern = re.compile(rf"\[{nonce}:(\d+)\]")
        self._texts: list[str] = []
        self._media: list[Image | Video] = []
        self._seen = {Image: 0, Video: 0}

    @property
    def count(self) -> int:
        return len(self._texts) + len(self._media)

    def message(self, message: Message) -> dict[str, Any]:
        """The message as a template wants it."""
        if message.role is Role.ASSISTANT:
            # reasoning_content stops templates from searching the answer for </think>.
            content = "".join(item["text"] for item in self._items(message) if "text" in item)
            return {"role": "assistant", "content": content, "reasoning_content": ""}
        return {"role": message.role.value, "content": self._items(message)}

    def _items(self, message: Message) -> list[dict[str, str]]:
        items: list[dict[str, str]] = []
        several = sum(isinstance(part, Image | Video) for part in message.parts) > 1
        for part in _trimmed(message.parts):
            match part:
                case Text():
                    if part.text:
                        items.append({"type": "text", "text": self._form.format(len(self._texts))})
                        self._texts.append(part.text)
                case Image() | Video():
                    kind = "image" if isinstance(part, Image) else "video"
                    self._seen[type(part)] += 1
                    if several:
                        items.append({"type": "text", "text": self._label(part)})
                    items.append({"type": kind})
                    self._media.append(part)
        return items

    def _label(self, part: Image | Video) -> str:
        # Qwen's own wording (add_vision_id), but only where a message has several: a label
        # that came with the second picture would change the prompt before the first.
        name = "Picture" if isinstance(part, Image) else "Video"
        return f"{name} {self._seen[type(part)]}: "

    def cut(self, rendered: str) -> list[PromptPart]:
        """The rendered prompt, cut where somebody's words or a picture stand."""
        parts: list[PromptPart] = []
        media = iter(self._media)
        pieces = self._pattern.split(rendered)
        for template_text, index in zip(pieces[::2], [*pieces[1::2], None], strict=True):
            for piece in _MEDIA.split(template_text):
                if not _MEDIA.fullmatch(piece):
                    parts.extend(_template_parts(piece))
                elif (part := next(media, None)) is not None:
                    parts.append(Media(part=part))
            if index is not None:
                parts.append(PlainText(text=self._texts[int(index)]))
        return parts


def _template_parts(text: str) -> list[PromptPart]:
    """Template text, cut after each end of a turn."""
    parts: list[PromptPart] = []
    *ended, rest = text.split(_TURN_END)
    for piece in ended:
        parts += [TemplateText(text=piece + _TURN_END), TurnEnd()]
    if rest:
        parts.append(TemplateText(text=rest))
    return parts


def _trimmed(parts: Sequence[Text | Image | Video]) -> list[Text | Image | Video]:
    """The parts without blanks at a message's two ends, as Qwen's template trims them."""
    trimmed = list(parts)
    if trimmed and isinstance(first := trimmed[0], Text):
        trimmed[0] = Text(text=first.text.lstrip())
    if trimmed and isinstance(last := trimmed[-1], Text):
        trimmed[-1] = Text(text=last.text.rstrip())
    return trimmed


def _run(template: str, messages: list[dict[str, Any]], *, thinking: bool, ask: bool) -> str:
    try:
        return _compiled(template).render(
            messages=messages,
            add_generation_prompt=ask,
            enable_thinking=thinking,
            raise_exception=_refuse,
        )
    except (TemplateError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise PromptFailure(Problem.TEMPLATE_FAILED, str(error)) from error


@lru_cache(maxsize=4)
def _compiled(template: str) -> Template:
    # trim_blocks and lstrip_blocks as in transformers, for which templates are written.
    return ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(template)


def _refuse(reason: str) -> NoReturn:
    raise PromptFailure(Problem.TEMPLATE_FAILED, reason)
