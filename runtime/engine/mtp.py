"""Multi-token prediction: the model's extra layer drafts, the model itself verifies.

Qwen3.5 carries one layer (NextN) that guesses the token after the next from the model's last
hidden state. Drafted tokens are read in one batch; each is drawn again from the model's own
logits by the answer's own sampler, and drafting ends at the first that differs. So the tokens are
those the model would have written alone, greedy or sampled; only their number per pass changes.
 | Whether multi-token prediction pays, as measured on this machine with this model.
"""

import ctypes
import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from llama_cpp import llama_cpp_ext
from numpy.typing import NDArray

from runtime.engine.context import SEQUENCE, Context, check
from runtime.engine.llama_library import NativeLog
from runtime.engine.model import Model
from runtime.problems import EngineFailure, Problem
from runtime.safe_file import replace_file

# More are rarely accepted, and each costs a pass of the extra layer.
DRAFT_LENGTH = 3

Hidden = NDArray[np.float32]

log = logging.getLogger("sideglance.engine")
# Tokens that must have been written in a way before its speed is believed.
_ENOUGH_TOKENS = 64
# The weight of what was measured before shrinks, so that a changed machine is noticed.
_REMEMBERED_TOKENS = 2000.0


class Drafter:
    """The extra layer with its own small attention cache."""

    def __init__(
        self, model: Model, context: Context, *, threads: int, native_log: NativeLog
    ) -> None:
        """Attach to a context that was made with cells for drafts.

        Args:
            model: loaded with its extra layer
            context: the model's memory
            threads: CPU threads
            native_log: where llama.cpp says what went wrong

        Raises:
            EngineFailure: llama.cpp gave no context for the layer
        """
        self._main = context
        self._width = int(llama_cpp.llama_model_n_embd(model.pointer))
        self._vocabulary = model.vocabulary_size
        parameters = llama_cpp.llama_context_default_params()
        parameters.ctx_type = llama_cpp.LLAMA_CONTEXT_TYPE_MTP
        parameters.ctx_other = context.pointer
        parameters.n_ctx = context.length
        parameters.n_batch = parameters.n_ubatch = context.batch_size
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.n_outputs_max = 1
        with native_log.listening() as lines:
            self._pointer = llama_cpp.llama_init_from_model(model.pointer, parameters)
        if not self._pointer:
            raise EngineFailure(Problem.OUT_OF_MEMORY, lines[-1] if lines else "")
        llama_cpp_ext.llama_set_embeddings_nextn(context.pointer, True, False)
        llama_cpp_ext.llama_set_embeddings_nextn(self._pointer, True, True)
        self._memory = llama_cpp.llama_get_memory(self._pointer)
        # Each entry is a token and a hidden state, so the batch has both arrays; llama.cpp
        # allocates only one of them.
        self._batch = llama_cpp.llama_batch_init(context.batch_size, self._width, 1)
        self._tokens = (llama_cpp.llama_token * context.batch_size)()
        self._batch.token = self._tokens
        self._states = np.ctypeslib.as_array(
            self._batch.embd, (context.batch_size * self._width,)
        ).reshape(context.batch_size, self._width)
        self._last: Hidden = np.zeros(self._width, dtype=np.float32)

    def begin(self, tokens: Sequence[int], position: int) -> None:
        """Start an answer from the prompt's last batch, which the model has just read.

        What came before, pictures included, the layer never sees: it guesses a little worse
        for it, and never wrongly.
        """
        llama_cpp.llama_memory_clear(self._memory, True)
        states = self._main_states(len(tokens))
        if len(tokens) > 1:
            self._decode(tokens[1:], states[:-1], position + 1)
        self._last = states[-1]

    def begin_after(self, hidden: Hidden | None) -> None:
        """Start an answer from a prompt that was read some time ago.

        Args:
            hidden: the model's hidden state of its last token; None guesses worse at first
        """
        llama_cpp.llama_memory_clear(self._memory, True)
        self._last = np.zeros_like(self._last) if hidden is None else hidden

    @property
    def last(self) -> Hidden:
        """The model's hidden state of the last token it has read."""
        return self._last

    def draft(self, token: int, position: int, count: int) -> list[int]:
        """Guess the tokens after one that was just drawn.

        Args:
            token: drawn, but not yet read by the model
            position: where it will be read
            count: how many to guess
        """
        drafts: list[int] = []
        state = self._last
        for step in range(count):
            state = self._decode([token], state[np.newaxis], position + step)
            logits = llama_cpp.llama_get_logits_ith(self._pointer, -1)
            token = int(np.ctypeslib.as_array(logits, (self._vocabulary,)).argmax())
            drafts.append(token)
        llama_cpp.llama_memory_seq_rm(self._memory, SEQUENCE, position, -1)
        return drafts

    def accept(self, tokens: Sequence[int], position: int) -> None:
        """Follow the model: these tokens of its last batch were kept."""
        states = self._main_states(len(tokens))
        self._decode(tokens, np.concatenate([self._last[np.newaxis], states[:-1]]), position)
        self._last = states[-1]

    def close(self) -> None:
        """Free the layer's memory."""
        if self._pointer:
            # Not llama.cpp's to free: it is our own array.
            self._batch.token = ctypes.POINTER(llama_cpp.llama_token)()
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self._pointer)
            self._pointer = None

    def _main_states(self, count: int) -> Hidden:
        """The model's hidden states for the first `count` tokens of its last batch."""
        rows = llama_cpp_ext.llama_get_embeddings_nextn(self._main.pointer)
        return np.ctypeslib.as_array(rows, (count, self._width)).copy()

    def _decode(self, tokens: Sequence[int], states: Hidden, position: int) -> Hidden:
        """Run the layer; gives its own hidden state of the last token."""
        batch = self._batch
        count = batch.n_tokens = len(tokens)
        self._tokens[:count] = list(tokens)
        self._states[:count] = states
        for index in range(count):
            batch.pos[index] = position + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = SEQUENCE
            batch.logits[index] = int(index == count - 1)
        check(llama_cpp.llama_decode(self._pointer, batch))
        row = llama_cpp_ext.llama_get_embeddings_nextn_ith(self._pointer, count - 1)
        return np.ctypeslib.as_array(row, (self._width,)).copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBenefit:
    """Tokens and seconds of one way of writing."""

    tokens: float = 0.0
    seconds: float = 0.0

    def after(self, tokens: int, seconds: float) -> "DraftBenefit":
        """With one more answer."""
        benefit = DraftBenefit(tokens=self.tokens + tokens, seconds=self.seconds + seconds)
        shrink = min(1.0, _REMEMBERED_TOKENS / max(benefit.tokens, 1.0))
        return DraftBenefit(tokens=benefit.tokens * shrink, seconds=benefit.seconds * shrink)

    @property
    def is_known(self) -> bool:
        """Whether enough was measured."""
        return self.tokens >= _ENOUGH_TOKENS

    @property
    def speed(self) -> float:
        """Tokens per second."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBenefits:
    """Both ways of writing."""

    plain: DraftBenefit = DraftBenefit()
    drafted: DraftBenefit = DraftBenefit()

    @property
    def drafting_pays(self) -> bool:
        """Which way to write the next answer: what is not known yet is tried first."""
        if not self.plain.is_known:
            return False
        return not self.drafted.is_known or self.drafted.speed > self.plain.speed

    def after(self, *, drafted: bool, tokens: int, seconds: float) -> "DraftBenefits":
        """With one more answer."""
        if drafted:
            return replace(self, drafted=self.drafted.after(tokens, seconds))
        return replace(self, plain=self.plain.after(tokens, seconds))


def load_draft_benefits(path: Path) -> DraftBenefits:
    """What was measured earlier; nothing if the file is missing or not ours."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return DraftBenefits(plain=_benefit(data["plain"]), drafted=_benefit(data["drafted"]))
    except (OSError, ValueError, TypeError, KeyError):
        return DraftBenefits()


def _benefit(data: Mapping[str, Any]) -> DraftBenefit:
    """A pace as it was written.

    Raises:
        ValueError: it is none
    """
    tokens, seconds = data["tokens"], data["seconds"]
    for number in (tokens, seconds):
        if not isinstance(number, int | float) or not 0 <= number < math.inf:
            raise ValueError(number)
    return DraftBenefit(tokens=tokens, seconds=seconds)


def save_draft_benefits(path: Path, benefits: DraftBenefits) -> None:
    """Write what was measured; it can be measured again, so a failure is only logged."""
    try:
        replace_file(path, json.dumps(asdict(benefits)).encode())
    except OSError as error:
        log.info("speeds were not kept: %s", error.strerror)
