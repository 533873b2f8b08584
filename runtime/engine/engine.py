"""A loaded model that answers: ties model, projector, memory and sampling together."""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from runtime.content import Message, Role, Video, text_message
from runtime.engine.blob_store import BlobStore
from runtime.engine.context import Context
from runtime.engine.fingerprint import fingerprint
from runtime.engine.library import NativeLog
from runtime.engine.model import Model
from runtime.engine.pictures import PictureShelf
from runtime.engine.plan import Picture, Unit, Wanted, cells
from runtime.engine.projector import Projector
from runtime.engine.sampling import Sampler
from runtime.engine.session import Progress, ReadCounts, Session
from runtime.engine.states import StateShelf
from runtime.events import (
    AnswerSeconds,
    Event,
    Finish,
    Finished,
    ModelFacts,
    PictureProgress,
    PromptProgress,
    SpeedReport,
    TextPiece,
    ThinkingPiece,
    TokenCounts,
)
from runtime.models.profile import SamplingSettings, profile_of
from runtime.problems import Problem, PromptFailure, Stopped
from runtime.prompt import Media, PlainText, TemplateText, TurnEnd, has_pictures, render
from runtime.repetition import WINDOW, ends_in_loop
from runtime.requests import (
    AnswerRequest,
    LoadRequest,
    RequestId,
    SamplingWishes,
    WorkAheadRequest,
)
from runtime.text_stream import Piece, TextStream

log = logging.getLogger("sideglance.engine")

Emit = Callable[[Event], None]
Stop = Callable[[], bool]

# Enough for several screenshots and a long talk; 512 MiB of attention cache with 9B.
_DEFAULT_CONTEXT = 16_384
# Small enough for progress to be seen on a CPU, large enough for full speed.
_BATCH_SIZE = 256
# Kept free for question and answer when a video is sampled.
_VIDEO_RESERVE = 0.25
_SPEED_INTERVAL_S = 0.5
_LOOP_CHECK_TOKENS = 32
# Of the cache folder's budget; a picture's embedding is a tenth of what reading it saves.
_EMBEDDING_SHARE = 0.25

_SILENT = Progress(picture=lambda _number, _count: None, tokens=lambda _read, _total: None)


@dataclass(slots=True)
class _Answer:
    """An answer while it is written."""

    request: AnswerRequest
    thinking: bool
    settings: SamplingSettings
    started: float
    pictures_s: float = 0.0
    prefill_s: float = 0.0
    first_token_s: float = 0.0
    counts: ReadCounts | None = None
    picture_tokens: int = 0
    text: str = ""

    @property
    def id(self) -> RequestId:
        return self.request.request_id


class Engine:
    """One loaded model with the memory of one conversation."""

    def __init__(
        self, request: LoadRequest, native_log: NativeLog, progress: Callable[[float], bool]
    ) -> None:
        """Load the model.

        Args:
            request: what to load, and how
            native_log: where llama.cpp's words go
            progress: called with 0..1; returning False stops loading

        Raises:
            ModelFailure: a file cannot be used, or loading was stopped
            EngineFailure: not enough memory
        """
        files = request.files
        threads = request.threads or psutil.cpu_count(logical=False) or 1
        self._folder = Path(tempfile.mkdtemp(prefix="sideglance-engine-"))
        self._projector: Projector | None = None
        self._model = Model(
            files.model, gpu_layers=request.gpu_layers, native_log=native_log, progress=progress
        )
        self._profile = profile_of(
            name=self._model.metadata("general.name"),
            file_name=files.model.stem,
            parameters=self._model.parameters,
        )
        self._context = Context(
            self._model,
            length=min(request.context_length or _DEFAULT_CONTEXT, self._model.trained_context),
            batch_size=_BATCH_SIZE,
            threads=threads,
            native_log=native_log,
        )
        if files.projector is not None:
            self._projector = Projector(
                files.projector,
                self._model,
                picture_tokens=self._profile.picture_tokens,
                use_gpu=request.gpu_layers != 0,
                threads=threads,
                native_log=native_log,
            )
        identity = fingerprint(files.model, files.projector, self._profile.picture_tokens)
        self._shelf = self._make_shelf(request, identity)
        self._session = Session(self._context, self._shelf, _make_states(request, identity))
        self._settle: tuple[tuple[Message, ...], bool] | None = None

    @property
    def facts(self) -> ModelFacts:
        """What the window shows about the model."""
        return ModelFacts(
            name=self._profile.name,
            device=self._model.device,
            context_length=self._context.length,
            sees=self._projector is not None,
            thinks_by_default=self._profile.thinks_by_default,
            demonstration=self._profile.demonstration,
        )

    @property
    def memory(self) -> tuple[Unit, ...]:
        """What the model's memory holds now."""
        return self._session.held

    def answer(self, request: AnswerRequest, emit: Emit, stopped: Stop) -> None:
        """Answer the last message; the last event is `Finished`.

        Raises:
            RuntimeFailure: the conversation cannot be answered; memory stays usable
        """
        thinking = self._profile.thinks_by_default if request.thinking is None else request.thinking
        answer = _Answer(
            request=request,
            thinking=thinking,
            settings=_wished(
                self._profile.sampling(thinking=thinking, pictures=has_pictures(request.messages)),
                request.sampling,
            ),
            started=time.monotonic(),
        )
        self._settle = None
        try:
            self._read(answer, emit, stopped)
            finish, generated = self._write(answer, emit, stopped)
        except Stopped:
            finish, generated = Finish.STOPPED, 0
        if answer.text:
            history = (*request.messages, text_message(Role.ASSISTANT, answer.text))
            self._settle = (history, thinking)
        emit(_finished(answer, finish, generated))

    def settle(self, stopped: Stop) -> None:
        """Read the conversation as the next question will find it, while nobody waits.

        The template leaves thinking out of earlier answers, so what was written is not what
        stands in the history of the next question.
        """
        if self._settle is None:
            return
        messages, thinking = self._settle
        self._settle = None
        try:
            wanted = self._beginning(messages, thinking=thinking, stopped=stopped)
            self._session.read(wanted, _SILENT, stopped, logits=False)
        except (Stopped, PromptFailure):
            # Interrupted, or too long: the next question will read what is missing, or say so.
            log.info("work ahead ended early")

    @property
    def has_work_ahead(self) -> bool:
        """Whether `settle` would do something."""
        return self._settle is not None

    def work_ahead(self, request: WorkAheadRequest, stopped: Stop) -> int:
        """Read a conversation and the pictures of the next question while it is being typed.

        Returns:
            tokens that were read
        """
        self._settle = None
        thinking = self._profile.thinks_by_default
        try:
            wanted = self._beginning(request.messages, thinking=thinking, stopped=stopped)
            return self._session.read(wanted, _SILENT, stopped, logits=False).read
        except (Stopped, PromptFailure):
            log.info("work ahead ended early")
            return 0

    def save(self) -> None:
        """Write what memory holds to disk, for the next start."""
        self._session.save()

    def close(self) -> None:
        """Free everything."""
        if self._projector is not None:
            self._projector.close()
        self._context.close()
        self._model.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, answer: _Answer, emit: Emit, stopped: Stop) -> None:
        """Bring the prompt into memory."""
        looked_before = self._picture_seconds
        wanted = self._assemble(
            answer.request.messages, thinking=answer.thinking, ask=True, stopped=stopped
        )
        answer.picture_tokens = cells([u for u in wanted.units if isinstance(u, Picture)])
        progress = Progress(
            picture=lambda number, count: emit(
                PictureProgress(request_id=answer.id, number=number, count=count)
            ),
            tokens=lambda read, total: emit(
                PromptProgress(request_id=answer.id, read=read, total=total)
            ),
        )
        begun, encoded_before = time.monotonic(), self._picture_seconds
        answer.counts = self._session.read(wanted, progress, stopped)
        encoding = self._picture_seconds - encoded_before
        answer.prefill_s = time.monotonic() - begun - encoding
        answer.pictures_s = self._picture_seconds - looked_before

    @property
    def _picture_seconds(self) -> float:
        return self._shelf.seconds if self._shelf else 0.0

    def _write(self, answer: _Answer, emit: Emit, stopped: Stop) -> tuple[Finish, int]:
        """Draw token after token."""
        stream = TextStream(thinking=answer.thinking)
        generated: list[int] = []
        longest = min(answer.request.max_tokens or self._context.length, self._session.cells_left)
        begun = reported = time.monotonic()
        finish = Finish.LENGTH
        with Sampler(
            answer.settings,
            vocabulary=self._model.vocabulary_size,
            longest=longest,
            seed=answer.request.sampling.seed,
        ) as sampler:
            while len(generated) < longest:
                token = sampler.draw(self._context.pointer)
                now = time.monotonic()
                if not generated:
                    answer.first_token_s = now - answer.started
                if self._model.ends_answer(token):
                    finish = Finish.STOP
                    break
                generated.append(token)
                self._say(answer, stream.feed(self._model.piece(token)), emit)
                if now - reported >= _SPEED_INTERVAL_S:
                    reported = now
                    speed = (len(generated) - 1) / (now - begun)
                    emit(SpeedReport(request_id=answer.id, tokens_per_second=speed))
                if stopped():
                    finish = Finish.STOPPED
                    break
                if len(generated) % _LOOP_CHECK_TOKENS == 0 and ends_in_loop(generated[-WINDOW:]):
                    finish = Finish.LOOP
                    break
                if len(generated) < longest:
                    self._session.write(token)
        self._say(answer, stream.finish(), emit)
        return finish, len(generated)

    def _say(self, answer: _Answer, pieces: Sequence[Piece], emit: Emit) -> None:
        for piece in pieces:
            if piece.thinking:
                emit(ThinkingPiece(request_id=answer.id, text=piece.text))
            else:
                answer.text += piece.text
                emit(TextPiece(request_id=answer.id, text=piece.text))

    def _assemble(
        self, messages: Sequence[Message], *, thinking: bool, ask: bool, stopped: Stop
    ) -> Wanted:
        """A conversation as units of memory."""
        units: list[Unit] = []
        boundaries: list[int] = []
        for part in render(self._model.template, messages, thinking=thinking, ask=ask):
            match part:
                case TemplateText():
                    units += self._model.tokenize(part.text, special=True)
                case PlainText():
                    units += self._model.tokenize(part.text, special=False)
                case TurnEnd():
                    boundaries.append(len(units))
                case Media():
                    units += self._show(part, units, stopped)
                    boundaries.append(len(units))
        return Wanted(units=tuple(units), boundaries=tuple(boundaries))

    def _beginning(self, messages: Sequence[Message], *, thinking: bool, stopped: Stop) -> Wanted:
        """A conversation as far as the next question cannot change it any more.

        It ends after the last answer, or after the last picture of a message without words.
        """
        asked = list(messages)
        if asked[-1].role is not Role.USER:
            # Templates keep the thinking of the answer that stands last; only a question after
            # it makes it history.
            asked.append(text_message(Role.USER, "?"))
        wanted = self._assemble(asked, thinking=thinking, ask=False, stopped=stopped)
        *earlier, _end_of_question = wanted.boundaries
        end = earlier[-1] if earlier else 0
        return Wanted(units=wanted.units[:end], boundaries=tuple(earlier))

    def _make_shelf(self, request: LoadRequest, identity: str) -> PictureShelf | None:
        if self._projector is None:
            return None
        store = None
        if request.cache_folder is not None:
            store = BlobStore(
                request.cache_folder / "embeddings",
                budget_bytes=int(request.cache_bytes * _EMBEDDING_SHARE),
            )
        return PictureShelf(self._projector, identity=identity, folder=self._folder, store=store)

    def _show(self, media: Media, before: Sequence[Unit], stopped: Stop) -> list[Unit]:
        if self._shelf is None:
            raise PromptFailure(Problem.MODEL_CANNOT_SEE, media.part.path.name)
        left = self._context.length - cells(before)
        if isinstance(media.part, Video):
            left -= int(self._context.length * _VIDEO_RESERVE)
        units: list[Unit] = []
        for shown in self._shelf.look(media.part, tokens_left=left, stopped=stopped):
            units += self._model.tokenize(shown.caption, special=False)
            units += [*shown.before, shown.picture, *shown.after]
        return units


def _make_states(request: LoadRequest, identity: str) -> StateShelf:
    store = None
    if request.cache_folder is not None:
        store = BlobStore(
            request.cache_folder / "states",
            budget_bytes=int(request.cache_bytes * (1 - _EMBEDDING_SHARE)),
        )
    return StateShelf(store, fingerprint=identity, ram_bytes=request.memory_bytes)


def _wished(settings: SamplingSettings, wishes: SamplingWishes) -> SamplingSettings:
    if wishes.temperature is None:
        return settings
    return replace(settings, temperature=wishes.temperature)


def _finished(answer: _Answer, finish: Finish, generated: int) -> Finished:
    counts = answer.counts or ReadCounts(prompt=0, reused=0, read=0)
    return Finished(
        request_id=answer.id,
        finish=finish,
        tokens=TokenCounts(
            prompt=counts.prompt,
            reused=counts.reused,
            read=counts.read,
            pictures=answer.picture_tokens,
            generated=generated,
        ),
        seconds=AnswerSeconds(
            pictures=round(answer.pictures_s, 3),
            prefill=round(answer.prefill_s, 3),
            first_token=round(answer.first_token_s, 3),
            total=round(time.monotonic() - answer.started, 3),
        ),
    )
