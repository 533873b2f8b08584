"""An answer that is still being written, how it grows, and what is shown of that."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from app.chat.presenter import ChatPresenter
from app.chat.turns import ChatId, Turn, TurnId, TurnState
from app.engine.model_state import Answering, ReadingPicture, ReadingPrompt, Thinking
from app.model_manager.loading import ModelLoading
from app.notifications import problem_messages
from runtime.events import (
    Finish,
    Finished,
    PictureProgress,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
)
from runtime.problems import Problem
from runtime.requests import RequestId

_END_STATES = {
    Finish.STOP: TurnState.COMPLETE,
    Finish.LENGTH: TurnState.CUT,
    Finish.STOPPED: TurnState.STOPPED,
    Finish.LOOP: TurnState.LOOPED,
}

Progress = PictureProgress | PromptProgress | ThinkingPiece | TextPiece | SpeedReport


class StreamingAnswer:
    """Collects an answer while it streams in.

    Attributes:
        chat_id: the chat it belongs to, which need not be on screen
        request_id: under which the engine was asked; None while it waits
        is_saved: whether the store has all of it
        tokens_per_second: how fast it is written; None until that was measured
    """

    def __init__(self, chat_id: ChatId, turn: Turn) -> None:
        self.chat_id = chat_id
        self.request_id: RequestId | None = None
        self.is_saved = True
        self.tokens_per_second: float | None = None
        self._turn = turn
        # Joined only when somebody looks: an answer grows by thousands of pieces.
        self._text = [turn.text]
        self._thinking = [turn.thinking]
        self._names: dict[str, str] = {}

    @property
    def turn_id(self) -> TurnId:
        """The turn it will be."""
        return self._turn.turn_id

    @property
    def state(self) -> TurnState:
        """How far it has come."""
        return self._turn.state

    @property
    def has_text(self) -> bool:
        """Whether the answer itself has begun, after any thinking."""
        return any(self._text)

    @property
    def turn(self) -> Turn:
        """The answer as it is now."""
        self._text = ["".join(self._text)]
        self._thinking = ["".join(self._thinking)]
        self._turn = replace(self._turn, text=self._text[0], thinking=self._thinking[0])
        return self._turn

    def add_text(self, text: str) -> None:
        """Let the answer grow."""
        self._text.append(text)
        self.is_saved = False

    def add_thinking(self, text: str) -> None:
        """Let the thinking before it grow."""
        self._thinking.append(text)
        self.is_saved = False

    def enter(self, state: TurnState) -> Turn:
        """Take a state, and give the answer as it is then."""
        self._turn = replace(self.turn, state=state)
        self.is_saved = False
        return self._turn

    def put(self, turn: Turn) -> Turn:
        """Take the values of the same turn that are known at its end."""
        self._turn = turn
        self._text, self._thinking = [turn.text], [turn.thinking]
        self.is_saved = False
        return turn

    def finish(self, event: Finished) -> Turn:
        """Take what is known at the end; one that the user stopped stays stopped."""
        stopped = self.state is TurnState.STOPPED
        state = TurnState.STOPPED if stopped else _END_STATES[event.finish]
        return self.put(replace(self.turn, state=state, tokens=event.tokens, seconds=event.seconds))

    def fail(self, problem: Problem, detail: str) -> Turn:
        """Say why it ended; what was said stays."""
        if detail in self._names:
            detail = problem_messages.file_detail(self._names[detail])
        elif problem is Problem.MEDIA_CRASHED:
            # Names an exception, not a file.
            detail = ""
        return self.put(replace(self.turn, state=TurnState.FAILED, problem=problem, detail=detail))

    def learn_names(self, turns: Sequence[Turn]) -> None:
        """Remember what people call the files that the engine knows by our names."""
        self._names = {
            attachment.path.name: attachment.name
            for turn in turns
            for attachment in turn.attachments
        }


class AnswerProgress:
    """Takes what the engine says while it works on an answer."""

    def __init__(self, *, loading: ModelLoading, presenter: ChatPresenter) -> None:
        self._loading = loading
        self._presenter = presenter

    def take(self, answer: StreamingAnswer, event: Progress) -> None:
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
                self._presenter.append_thinking(answer.turn_id, event.text)
                self._loading.show(Thinking())
            case TextPiece():
                self._enter(answer, TurnState.WRITING)
                answer.add_text(event.text)
                self._presenter.append_text(answer.turn_id, event.text)
                self._loading.show(Answering(tokens_per_second=answer.tokens_per_second))
            case SpeedReport():
                answer.tokens_per_second = event.tokens_per_second
                if answer.has_text:
                    self._loading.show(Answering(tokens_per_second=event.tokens_per_second))
            case _:
                assert_never(event)

    def _enter(self, answer: StreamingAnswer, state: TurnState) -> None:
        if answer.state is not state:
            self._presenter.update(answer.enter(state))
