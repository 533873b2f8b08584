"""One answer, token by token, from the prompt in memory to the last piece of text."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from runtime.engine.model import Model
from runtime.engine.mtp import DRAFT_LENGTH, Drafter
from runtime.engine.prefill_plan import Picture, PrefillProgress, ReadCounts, WantedPrompt, cells
from runtime.engine.sampling import Sampler
from runtime.engine.session import Session
from runtime.events import (
    AnswerSeconds,
    Event,
    Finish,
    Finished,
    PictureProgress,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
    TokenCounts,
)
from runtime.models.sampling_defaults import SamplingSettings
from runtime.repetition import WINDOW, ends_in_loop
from runtime.requests import AnswerRequest, SamplingOptions
from runtime.text_stream import Piece, TextStream

_SPEED_INTERVAL_S = 0.5
_LOOP_CHECK_TOKENS = 32
# Each piece wakes another process, on a core that the model may be using.
_SAYING_INTERVAL_S = 0.05
Emit = Callable[[Event], None]
Stop = Callable[[], bool]


class TokenGenerator:
    """Draws an answer's tokens; the model's memory follows.

    Attributes:
        passes: passes of the model so far, the prompt's own included
    """

    def __init__(self, model: Model, session: Session, sampler: Sampler) -> None:
        self._model = model
        self._session = session
        self._sampler = sampler
        self.passes = 1

    def tokens(self, drafter: Drafter | None) -> Iterator[int]:
        """Tokens without end; whoever iterates stops at the end of the answer.

        Args:
            drafter: guesses ahead; None writes one token per pass
        """
        return self._plain() if drafter is None else self._drafted(drafter)

    def _plain(self) -> Iterator[int]:
        token = self._draw_first()
        yield token
        self._session.mark_ending()
        while True:
            self._session.write(token)
            self.passes += 1
            token = self._sampler.draw(self._session.context)
            yield token

    def _draw_first(self) -> int:
        prompt_end = self._session.prompt_end
        if prompt_end is not None:
            return self._sampler.draw_from(prompt_end.logits)
        return self._sampler.draw(self._session.context)

    def _drafted(self, drafter: Drafter) -> Iterator[int]:
        prompt_end = self._session.prompt_end
        if prompt_end is None:
            drafter.begin(*self._session.last_batch)
        else:
            drafter.begin_after(prompt_end.hidden)
        token = self._draw_first()
        yield token
        self._session.mark_ending(drafter.last)
        while True:
            position = self._session.position
            # The batch must fit, and one more token after it.
            free_cells = min(DRAFT_LENGTH, self._session.cells_left - 2)
            drafts = drafter.draft(token, position, max(free_cells, 0))
            self._session.try_tokens([token, *drafts])
            self.passes += 1
            kept = [token]
            token = self._sampler.draw(self._session.context, 0)
            for index, draft in enumerate(drafts, start=1):
                if token != draft or self._model.ends_answer(token):
                    break
                kept.append(token)
                token = self._sampler.draw(self._session.context, index)
            self._session.keep_tried(kept)
            drafter.accept(kept, position)
            yield from kept[1:]
            yield token


class AnswerGeneration:
    """An answer while it is made.

    Attributes:
        text: the answer so far, without thinking
        generated: its tokens so far, thinking included
        writing_s: seconds spent writing them
    """

    def __init__(
        self,
        request: AnswerRequest,
        *,
        thinking: bool,
        emit: Emit,
        picture_clock: Callable[[], float],
    ) -> None:
        """Begin an answer.

        Args:
            request: what was asked
            thinking: the model shall think first
            emit: takes the answer's events
            picture_clock: seconds spent on picture files and embeddings so far
        """
        self.text = ""
        self.generated: list[int] = []
        self.writing_s = 0.0
        self._request = request
        self._id = request.request_id
        self._emit = emit
        self._stream = TextStream(thinking=thinking)
        self._picture_clock = picture_clock
        self._pictures_before_s = picture_clock()
        self._started = time.monotonic()
        self._counts = ReadCounts(prompt=0, reused=0, read=0)
        self._picture_tokens = 0
        self._prefill_s = 0.0
        self._first_token_s = 0.0
        self._passes = 0
        self._unsaid = ""
        self._unsaid_is_thinking = thinking
        self._said_at = 0.0

    def read(self, session: Session, wanted: WantedPrompt, stopped: Stop) -> None:
        """Bring the prompt into memory; see `Session.read` for what it raises."""
        self._picture_tokens = cells([unit for unit in wanted.units if isinstance(unit, Picture)])
        progress = PrefillProgress(
            picture=lambda number, count: self._emit(
                PictureProgress(request_id=self._id, number=number, count=count)
            ),
            tokens=lambda read, total: self._emit(
                PromptProgress(request_id=self._id, read=read, total=total)
            ),
        )
        begun, encoded_before_s = time.monotonic(), self._picture_clock()
        self._counts = session.read(wanted, progress, stopped)
        encoding_s = self._picture_clock() - encoded_before_s
        self._prefill_s = max(time.monotonic() - begun - encoding_s, 0.0)

    def write(
        self,
        model: Model,
        session: Session,
        settings: SamplingSettings,
        drafter: Drafter | None,
        stopped: Stop,
    ) -> Finish:
        """Draw token after token until there is a reason to end."""
        longest = min(self._request.max_tokens or session.cells_left, session.cells_left)
        with Sampler(
            _wished(settings, self._request.sampling),
            vocabulary=model.vocabulary_size,
            longest=longest,
            seed=self._request.sampling.seed,
        ) as sampler:
            writer = TokenGenerator(model, session, sampler)
            begun = time.monotonic()
            try:
                finish = self._write_until_end(model, writer, drafter, longest, stopped)
            finally:
                self._flush()
            self.writing_s = time.monotonic() - begun
        self._passes = writer.passes
        self._say(self._stream.finish())
        self._flush()
        return finish

    def finished(self, finish: Finish) -> Finished:
        """The answer's last event."""
        return Finished(
            request_id=self._id,
            finish=finish,
            tokens=TokenCounts(
                prompt=self._counts.prompt,
                reused=self._counts.reused,
                read=self._counts.read,
                pictures=self._picture_tokens,
                generated=len(self.generated),
                passes=self._passes,
            ),
            seconds=AnswerSeconds(
                pictures=round(self._picture_clock() - self._pictures_before_s, 3),
                prefill=round(self._prefill_s, 3),
                first_token=round(self._first_token_s, 3),
                total=round(time.monotonic() - self._started, 3),
            ),
        )

    def _write_until_end(
        self,
        model: Model,
        writer: TokenGenerator,
        drafter: Drafter | None,
        longest: int,
        stopped: Stop,
    ) -> Finish:
        begun = reported = time.monotonic()
        for token in writer.tokens(drafter):
            now = time.monotonic()
            if not self.generated:
                self._first_token_s = now - self._started
            if model.ends_answer(token):
                return Finish.STOP
            self.generated.append(token)
            self._say(self._stream.feed(model.piece(token)))
            if now - reported >= _SPEED_INTERVAL_S:
                reported = now
                speed = (len(self.generated) - 1) / (now - begun)
                self._emit(SpeedReport(request_id=self._id, tokens_per_second=speed))
            if (finish := self._reason_to_end(longest, stopped)) is not None:
                return finish
        raise AssertionError("a writer never ends by itself")

    def _reason_to_end(self, longest: int, stopped: Stop) -> Finish | None:
        if stopped():
            return Finish.STOPPED
        if len(self.generated) >= longest:
            return Finish.LENGTH
        checked = len(self.generated) % _LOOP_CHECK_TOKENS == 0
        if checked and ends_in_loop(self.generated[-WINDOW:]):
            return Finish.LOOP
        return None

    def _say(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if piece.thinking != self._unsaid_is_thinking:
                self._flush()
            self._unsaid += piece.text
            self._unsaid_is_thinking = piece.thinking
        if time.monotonic() - self._said_at >= _SAYING_INTERVAL_S:
            self._flush()

    def _flush(self) -> None:
        """Send what was written since the last time."""
        text, self._unsaid = self._unsaid, ""
        if not text:
            return
        self._said_at = time.monotonic()
        if self._unsaid_is_thinking:
            self._emit(ThinkingPiece(request_id=self._id, text=text))
        else:
            self.text += text
            self._emit(TextPiece(request_id=self._id, text=text))


def _wished(settings: SamplingSettings, sampling: SamplingOptions) -> SamplingSettings:
    """The published settings with what the user fixed."""
    if sampling.temperature is None:
        return settings
    return replace(settings, temperature=sampling.temperature)
