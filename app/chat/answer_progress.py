"""Lets an answer grow, and shows what the model is doing for it."""

from typing import assert_never

from app.chat.open_answer import OpenAnswer
from app.chat.screen import Screen
from app.chat.turns import TurnState
from app.model_state import Answering, ReadingPicture, ReadingPrompt, Thinking
from app.models.loading import ModelLoading
from runtime.events import (
    PictureProgress,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
)

Progress = PictureProgress | PromptProgress | ThinkingPiece | TextPiece | SpeedReport


class AnswerProgress:
    """Takes what the engine says while it works on an answer."""

    def __init__(self, *, loading: ModelLoading, screen: Screen) -> None:
        self._loading = loading
        self._screen = screen

    def take(self, answer: OpenAnswer, event: Progress) -> None:
        """Follow one event of the answer that the engine works on."""
        match event:
            case PictureProgress():
                self._enter(answer, TurnState.READING)
                self._loading.show(ReadingPicture(number=event.number, count=event.count))
            case PromptProgress():
                self._enter(answer, TurnState.READING)
                self._loading.show(ReadingPrompt(read=event.read, total=event.total))
            case ThinkingPiece():
                self._enter(answer, TurnState.WRITING)
                answer.add_thinking(event.text)
                self._screen.append_thinking(answer.turn_id, event.text)
                self._loading.show(Thinking())
            case TextPiece():
                self._enter(answer, TurnState.WRITING)
                answer.add_text(event.text)
                self._screen.append_text(answer.turn_id, event.text)
                self._loading.show(Answering(tokens_per_second=answer.tokens_per_second))
            case SpeedReport():
                answer.tokens_per_second = event.tokens_per_second
                if answer.has_text:
                    self._loading.show(Answering(tokens_per_second=event.tokens_per_second))
            case _:
                assert_never(event)

    def _enter(self, answer: OpenAnswer, state: TurnState) -> None:
        if answer.state is not state:
            self._screen.update(answer.enter(state))
