"""Conversations to units of memory: tokens and pictures, and where a checkpoint is worth it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from runtime.content import Message, Role, Text, Video, text_message
from runtime.engine.model import Model
from runtime.engine.picture_cache import PictureCache
from runtime.engine.prefill_plan import Unit, WantedPrompt, cells
from runtime.problems import Problem, PromptFailure
from runtime.prompt import Media, PlainText, TemplateText, TurnEnd, render

# Kept free for question and answer when a video is sampled.
_VIDEO_RESERVE = 0.25

Stop = Callable[[], bool]


@dataclass(slots=True)
class _Prompt:
    """A prompt while it is written.

    Attributes:
        last_words: where the words of the last message begin and end
    """

    units: list[Unit] = field(default_factory=list)
    boundaries: list[int] = field(default_factory=list)
    last_words: tuple[int, int] = (0, 0)


class PromptUnitBuilder:
    """Writes prompts for one model in its own vocabulary."""

    def __init__(self, model: Model, pictures: PictureCache | None, *, context_length: int) -> None:
        self._model = model
        self._pictures = pictures
        self._context_length = context_length

    def whole(
        self, messages: Sequence[Message], *, thinking: bool, stopped: Stop, ask: bool = True
    ) -> WantedPrompt:
        """A conversation; with `ask`, up to the opening of the answer.

        Raises:
            PromptFailure: the template refuses it, or the model cannot see
            FileFailure: a picture or video cannot be used
            Stopped: `stopped` said so
        """
        prompt = self._written(messages, thinking=thinking, stopped=stopped, ask=ask)
        return WantedPrompt(units=tuple(prompt.units), boundaries=tuple(prompt.boundaries))

    def beginning(
        self, messages: Sequence[Message], *, thinking: bool, stopped: Stop
    ) -> WantedPrompt:
        """A conversation as far as the next question cannot change it any more.

        It ends after the last answer, or with the pictures and words of a question that is
        still being typed.
        """
        asked = list(messages)
        is_typed = bool(asked) and asked[-1].role is Role.USER
        if not is_typed:
            # Templates keep the thinking of the answer that stands last; only a question after
            # it makes it history.
            asked.append(text_message(Role.USER, "?"))
        prompt = self._written(asked, thinking=thinking, stopped=stopped, ask=False)
        *earlier, _end_of_question = prompt.boundaries
        end = earlier[-1] if earlier else 0
        draft = None
        if is_typed and any(isinstance(part, Text) for part in asked[-1].parts):
            draft, end = prompt.last_words
        return WantedPrompt(units=tuple(prompt.units[:end]), boundaries=tuple(earlier), draft=draft)

    def _written(
        self, messages: Sequence[Message], *, thinking: bool, stopped: Stop, ask: bool
    ) -> "_Prompt":
        prompt = _Prompt()
        units = prompt.units
        for part in render(self._model.template, messages, thinking=thinking, ask=ask):
            match part:
                case TemplateText():
                    units += self._model.tokenize(part.text, special=True)
                case PlainText():
                    begin = len(units)
                    units += self._model.tokenize(part.text, special=False)
                    prompt.last_words = (begin, len(units))
                case TurnEnd():
                    prompt.boundaries.append(len(units))
                case Media():
                    units += self._show(part, units, stopped)
                    prompt.boundaries.append(len(units))
        return prompt

    def _show(self, media: Media, before: Sequence[Unit], stopped: Stop) -> list[Unit]:
        if self._pictures is None:
            raise PromptFailure(Problem.MODEL_CANNOT_SEE, media.part.path.name)
        left = self._context_length - cells(before)
        if isinstance(media.part, Video):
            left -= int(self._context_length * _VIDEO_RESERVE)
        units: list[Unit] = []
        for shown in self._pictures.look(media.part, tokens_left=left, stopped=stopped):
            units += self._model.tokenize(shown.caption, special=False)
            units += [*shown.before, shown.picture, *shown.after]
        return units
