"""A loaded model that answers: ties model, projector, memory and sampling together."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psutil

from runtime.cache_files import EMBEDDINGS, STATES
from runtime.content import Message, Role, text_message
from runtime.engine.blob_store import BlobStore
from runtime.engine.context import Context, ContextSettings
from runtime.engine.generation import AnswerGeneration, Emit, Stop
from runtime.engine.llama_library import NativeLog
from runtime.engine.llama_log import buffers_of
from runtime.engine.model import Model
from runtime.engine.mtp import (
    DRAFT_LENGTH,
    DraftBenefits,
    Drafter,
    load_draft_benefits,
    save_draft_benefits,
)
from runtime.engine.picture_cache import PictureCache
from runtime.engine.prefill_plan import PrefillProgress, Unit
from runtime.engine.projector import Projector
from runtime.engine.prompt_units import PromptUnitBuilder
from runtime.engine.saved_states import SavedStates, fingerprint
from runtime.engine.session import Session
from runtime.engine.tuning import load_tuning, save_tuning
from runtime.events import Buffer, Finish, ModelFacts
from runtime.models.sampling_defaults import defaults_of
from runtime.problems import RuntimeFailure, Stopped
from runtime.prompt import has_pictures
from runtime.requests import AnswerRequest, LoadRequest, PrefillRequest, ProjectorPlace

log = logging.getLogger("sideglance.engine")

# Enough for several screenshots and a long talk; 512 MiB of attention cache with 9B.
_DEFAULT_CONTEXT = 16_384
# Small enough for progress to be seen on a CPU, large enough for full speed.
_BATCH_SIZE = 256
# Of the cache folder's budget; a picture's embedding is a tenth of what reading it saves.
_EMBEDDING_SHARE = 0.25

_SILENT = PrefillProgress(picture=lambda _number, _count: None, tokens=lambda _read, _total: None)


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
        self._request = request
        self._native_log = native_log
        self._threads = request.threads or psutil.cpu_count(logical=False) or 1
        with ExitStack() as parts, native_log.listening() as lines:
            # A file that cannot be used must not leave gigabytes behind: what was made until
            # then is freed, the newest first, as it is when everything is closed.
            self._make_parts(parts, progress)
            self._parts = parts.pop_all()
        self._buffers = buffers_of(lines)
        self._cores = (
            request.threads or psutil.cpu_count(logical=False) or 1,
            request.threads or psutil.cpu_count() or 1,
        )
        tuning = load_tuning(self._tuning_file, self._cores) if self._tuning_file else None
        # Nothing is measured that could not be remembered.
        self._is_untuned = tuning is None and self._tuning_file is not None
        if tuning is not None:
            self._session.tune(tuning)
        self._benefits = (
            load_draft_benefits(self._paces_file) if self._paces_file else DraftBenefits()
        )
        self._prompter = PromptUnitBuilder(
            self._model, self._pictures, context_length=self._context.length
        )
        self._settle: tuple[tuple[Message, ...], bool] | None = None

    def _make_parts(self, parts: ExitStack, progress: Callable[[float], bool]) -> None:
        request = self._request
        self._folder = Path(tempfile.mkdtemp(prefix="sideglance-engine-"))
        parts.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._model = Model(
            request.files.model,
            gpu_layers=request.gpu_layers,
            device=request.device,
            extra_layer=request.drafting is not False,
            native_log=self._native_log,
            progress=progress,
        )
        parts.callback(self._model.close)
        self._defaults = defaults_of(
            name=self._model.metadata("general.name"),
            file_name=request.files.model.stem,
            parameters=self._model.parameters,
        )
        drafts = request.drafting is not False and self._model.has_extra_layer
        self._context = Context(
            self._model,
            ContextSettings(
                length=min(request.context_length or _DEFAULT_CONTEXT, self._model.trained_context),
                batch_size=_BATCH_SIZE,
                threads=self._threads,
                drafts=DRAFT_LENGTH if drafts else 0,
                kv_type=request.kv_type,
            ),
            self._native_log,
        )
        parts.callback(self._context.close)
        self._projector = self._make_projector()
        if self._projector is not None:
            parts.callback(self._projector.close)
        self._drafter = self._make_drafter() if drafts else None
        if self._drafter is not None:
            parts.callback(self._drafter.close)
        self._identity = fingerprint(
            request.files.model,
            request.files.projector,
            self._defaults.picture_tokens,
            drafts,
            request.kv_type,
            request.gpu_layers,
            request.device,
        )
        self._pictures = self._make_picture_cache()
        self._session = Session(self._context, self._pictures, self._make_states())

    @property
    def facts(self) -> ModelFacts:
        """What the window shows about the model."""
        return ModelFacts(
            name=self._defaults.name,
            device=self._model.device,
            context_length=self._context.length,
            sees=self._projector is not None,
            thinks_by_default=self._defaults.thinks_by_default,
            demonstration=self._defaults.demonstration,
        )

    @property
    def buffers(self) -> tuple[Buffer, ...]:
        """The memory llama.cpp said it took while loading."""
        return self._buffers

    @property
    def memory(self) -> tuple[Unit, ...]:
        """What the model's memory holds now."""
        return self._session.held

    @property
    def has_prefill_ahead(self) -> bool:
        """Whether `settle` would do something."""
        return self._settle is not None or self._is_untuned

    def answer(self, request: AnswerRequest, emit: Emit, stopped: Stop) -> None:
        """AnswerGeneration the last message; the last event is `Finished`.

        Raises:
            RuntimeFailure: the conversation cannot be answered; memory stays usable
        """
        thinking = (
            self._defaults.thinks_by_default if request.thinking is None else request.thinking
        )
        self._settle = None
        answer = AnswerGeneration(
            request, thinking=thinking, emit=emit, picture_clock=lambda: self._picture_seconds
        )
        try:
            wanted = self._prompter.whole(request.messages, thinking=thinking, stopped=stopped)
            answer.read(self._session, wanted, stopped)
            finish = self._write(answer, request, thinking, stopped)
        except Stopped:
            finish = Finish.STOPPED
        if answer.text:
            history = (*request.messages, text_message(Role.ASSISTANT, answer.text))
            self._settle = (history, thinking)
        emit(answer.finished(finish))

    def settle(self, stopped: Stop) -> None:
        """Read the conversation as the next question will find it, while nobody waits.

        The template leaves thinking out of earlier answers, so what was written is not what
        stands in the history of the next question.
        """
        if self._settle is not None:
            messages, thinking = self._settle
            self._settle = None
            self._read_ahead(messages, thinking=thinking, stopped=stopped, stash=False)

        if self._is_untuned and not stopped():
            self._warm_up(stopped)

    def _warm_up(self, stopped: Stop) -> None:
        tuning = self._session.warm_up(self._cores, stopped)
        self._is_untuned = tuning is None and stopped()
        if tuning is not None and self._tuning_file is not None:
            log.info("warm-up: %s", tuning)
            self._session.tune(tuning)
            save_tuning(self._tuning_file, tuning)

    def prefill_ahead(self, request: PrefillRequest, stopped: Stop) -> int:
        """Read a conversation and the pictures of the next question while it is being typed.

        Returns:
            tokens that were read
        """
        history = self._settle[0] if self._settle else ()
        goes_on = bool(history) and request.messages[: len(history)] == history
        self._settle = None
        return self._read_ahead(
            request.messages,
            thinking=self._defaults.thinks_by_default,
            stopped=stopped,
            stash=not goes_on,
        )

    def save(self) -> None:
        """Write what memory holds to disk, for the next start."""
        self._session.save()

    def close(self) -> None:
        """Free everything."""
        self._parts.close()

    def _write(
        self, answer: AnswerGeneration, request: AnswerRequest, thinking: bool, stopped: Stop
    ) -> Finish:
        settings = self._defaults.sampling(
            thinking=thinking, pictures=has_pictures(request.messages)
        )
        wanted = self._request.drafting
        drafted = self._benefits.drafting_pays if wanted is None else wanted
        drafter = self._drafter if drafted else None
        finish = answer.write(self._model, self._session, settings, drafter, stopped)
        if self._drafter is not None and answer.generated:
            self._benefits = self._benefits.after(
                drafted=drafter is not None,
                tokens=len(answer.generated),
                seconds=answer.writing_s,
            )
            if self._paces_file is not None:
                save_draft_benefits(self._paces_file, self._benefits)
        return finish

    def _read_ahead(
        self, messages: tuple[Message, ...], *, thinking: bool, stopped: Stop, stash: bool
    ) -> int:
        try:
            wanted = self._prompter.beginning(messages, thinking=thinking, stopped=stopped)
            return self._session.read(wanted, _SILENT, stopped, logits=False, stash=stash).read
        except (Stopped, RuntimeFailure) as reason:
            # Interrupted, or not possible: the question itself will read it, or say why not.
            log.info("work ahead ended early: %s", type(reason).__name__)
            return 0

    @property
    def _picture_seconds(self) -> float:
        return self._pictures.seconds if self._pictures else 0.0

    @property
    def _paces_file(self) -> Path | None:
        folder = self._request.cache_folder
        return folder / f"paces-{self._identity[:16]}.json" if folder else None

    @property
    def _tuning_file(self) -> Path | None:
        folder = self._request.cache_folder
        return folder / f"tuning-{self._identity[:16]}.json" if folder else None

    def _make_drafter(self) -> Drafter:
        return Drafter(
            self._model, self._context, threads=self._threads, native_log=self._native_log
        )

    def _make_projector(self) -> Projector | None:
        if self._request.files.projector is None:
            return None
        return Projector(
            self._request.files.projector,
            self._model,
            picture_tokens=self._defaults.picture_tokens,
            use_gpu=self._request.gpu_layers != 0
            and self._request.projector_on is ProjectorPlace.GPU,
            threads=self._threads,
            native_log=self._native_log,
        )

    def _make_picture_cache(self) -> PictureCache | None:
        if self._projector is None:
            return None
        return PictureCache(
            self._projector,
            identity=self._identity,
            folder=self._folder,
            store=self._make_store(EMBEDDINGS, _EMBEDDING_SHARE),
        )

    def _make_states(self) -> SavedStates:
        return SavedStates(
            self._make_store(STATES, 1 - _EMBEDDING_SHARE),
            fingerprint=self._identity,
            ram_bytes=self._request.memory_bytes,
        )

    def _make_store(self, name: str, share: float) -> BlobStore | None:
        folder = self._request.cache_folder
        if folder is None:
            return None
        return BlobStore(folder / name, budget_bytes=int(self._request.cache_bytes * share))
