"""Memory for checkpoints, used again and again.

New memory is handed out by the system page by page as it is first written: tens of milliseconds
for 19 MiB where pages are slow to come, against 1.5 for memory that was used before.
 | A model's memory while it reads and writes: decoding, checkpoints, going back.
"""

import ctypes
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from runtime.engine.blob_store import Payload
from runtime.engine.llama_library import NativeLog
from runtime.engine.model import Model
from runtime.problems import EngineFailure, Problem, PromptFailure, Stopped
from runtime.requests import KvType

# For the checkpoint before the next answer.
_SPARE = 1

# The conversation is llama.cpp's sequence 0; -1 ("any") is refused by recurrent layers.
SEQUENCE = 0
_PARTIAL = llama_cpp.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
_WHOLE = 0
_ABORTED = 2
_NO_SLOT = 1
_KV_TYPES = {KvType.F16: llama_cpp.GGML_TYPE_F16, KvType.Q8_0: llama_cpp.GGML_TYPE_Q8_0}


class BufferPool:
    """Buffers of one size; each comes back by itself when nobody holds it any more."""

    def __init__(self) -> None:
        self._spare: list[bytearray] = []

    def take(self, size: int) -> NDArray[np.uint8]:
        """A buffer of this many bytes, with anything in it."""
        memory = self._spare.pop() if self._spare else bytearray()
        if len(memory) != size:
            memory = bytearray(size)
        # The array's owner is not an array, so slices of it keep it alive, as they must.
        array = np.frombuffer(memory, dtype=np.uint8)
        weakref.finalize(array, self._give_back, memory).atexit = False
        return array

    def prepare(self, size: int) -> None:
        """Have a buffer of this many bytes ready, while nobody waits."""
        if not any(len(memory) == size for memory in self._spare):
            self._spare.append(bytearray(size))

    def _give_back(self, memory: bytearray) -> None:
        if len(self._spare) < _SPARE:
            self._spare.append(memory)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSettings:
    """How a context is made.

    Attributes:
        length: tokens it holds
        batch_size: most tokens of one decode call; a larger batch would abort the process
        threads: CPU threads for reading and writing
        drafts: most drafted tokens in a batch; each takes one more copy of the recurrent
            state, to be taken back to
        kv_type: number format of the attention cache
    """

    length: int
    batch_size: int
    threads: int
    drafts: int = 0
    kv_type: KvType = KvType.F16


class Context:
    """llama.cpp's context.

    Attributes:
        pointer: llama.cpp's context, for the other modules of this package
        length: tokens it holds
        batch_size: tokens of one decode call
    """

    def __init__(
        self,
        model: Model,
        settings: ContextSettings,
        native_log: NativeLog,
    ) -> None:
        """Allocate the memory for a conversation.

        Args:
            model: stays in use until close
            settings: its size and how it computes
            native_log: where llama.cpp says what went wrong

        Raises:
            EngineFailure: OUT_OF_MEMORY, or UNEXPECTED with llama.cpp's last line
        """
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = settings.length
        parameters.n_batch = parameters.n_ubatch = min(settings.batch_size, settings.length)
        parameters.n_threads = parameters.n_threads_batch = settings.threads
        parameters.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO
        parameters.type_k = parameters.type_v = _KV_TYPES[settings.kv_type]
        parameters.n_rs_seq = settings.drafts
        # Only the logits of the newest token and of drafts are ever read. The default reserves
        # a row for every token of a batch: 485 MiB with Qwen's vocabulary
        # (`facts/qwen35.md` §6).
        parameters.n_outputs_max = 1 + settings.drafts
        with native_log.listening() as lines:
            self.pointer = llama_cpp.llama_init_from_model(model.pointer, parameters)
        if not self.pointer:
            text = "\n".join(lines)
            short = "allocate" in text or "bad_alloc" in text
            raise EngineFailure(
                Problem.OUT_OF_MEMORY if short else Problem.UNEXPECTED, lines[-1] if lines else ""
            )
        self.length = int(llama_cpp.llama_n_ctx(self.pointer))
        self.batch_size = int(llama_cpp.llama_n_batch(self.pointer))
        self._vocabulary = model.vocabulary_size
        self._memory = llama_cpp.llama_get_memory(self.pointer)
        self._batch = llama_cpp.llama_batch_init(self.batch_size, 0, 1)
        self._fill_constants()
        self._pool = BufferPool()
        self._stopped: Callable[[], bool] = _never
        self._abort = llama_cpp.ggml_abort_callback(lambda _data: self._stopped())

    def decode(self, tokens: Sequence[int], position: int, *, logits_of_all: bool = False) -> None:
        """Read tokens; the logits of the last can then be drawn from.

        Args:
            tokens: at most `batch_size`
            position: of the first token
            logits_of_all: draw from each of them, as for drafts

        Raises:
            PromptFailure: the context is full
            Stopped: the stop callback said so; memory must be rolled back
            EngineFailure: anything else llama.cpp refuses
        """
        count = len(tokens)
        batch = self._batch
        batch.n_tokens = count
        self._tokens[:count] = tokens
        self._positions[:count] = np.arange(position, position + count, dtype=np.int32)
        self._wants_logits[:count] = logits_of_all
        self._wants_logits[count - 1] = 1
        check(llama_cpp.llama_decode(self.pointer, batch))

    def logits(self) -> NDArray[np.float32]:
        """A copy of the last token's logits, one a token of the vocabulary."""
        row = llama_cpp.llama_get_logits_ith(self.pointer, -1)
        return np.ctypeslib.as_array(row, (self._vocabulary,)).copy()

    def use_threads(self, *, writing: int, reading: int) -> None:
        """Change the number of CPU threads for single tokens and for batches."""
        llama_cpp.llama_set_n_threads(self.pointer, writing, reading)

    def watch(self, stopped: Callable[[], bool] | None) -> None:
        """Ask `stopped` while decoding, on the CPU between any two operations.

        Off while single tokens are written: they are short, and each call into Python counts.
        """
        self._stopped = stopped or _never
        llama_cpp.llama_set_abort_callback(
            self.pointer,
            self._abort if stopped else llama_cpp.ggml_abort_callback(),
            None,
        )

    def checkpoint(self) -> Payload:
        """The recurrent layers' state; 19 MiB for 0.8B and 2B, 50 MiB for 4B and 9B."""
        return self._state(_PARTIAL, self._pool.take(self._size(_PARTIAL)))

    def prepare_checkpoint(self) -> None:
        """Have memory for the next checkpoint ready, while nobody waits."""
        self._pool.prepare(self._size(_PARTIAL))

    def restore(self, state: Payload, position: int) -> bool:
        """Go back to a checkpoint.

        Args:
            state: what `checkpoint` gave
            position: the position it was taken at; attention is trimmed to it

        Returns:
            whether llama.cpp did both; if not, memory is unusable until cleared
        """
        return self._set_state(state, _PARTIAL) and bool(
            llama_cpp.llama_memory_seq_rm(self._memory, SEQUENCE, position, -1)
        )

    def saved_bytes(self) -> int:
        """How much `save` would give now."""
        return self._size(_WHOLE)

    def save(self) -> Payload:
        """The state of the whole conversation, attention cache included."""
        return self._state(_WHOLE, np.empty(self._size(_WHOLE), dtype=np.uint8))

    def load(self, state: Payload) -> bool:
        """Replace all of memory by what `save` gave; if that fails memory is unusable."""
        self.clear()
        return self._set_state(state, _WHOLE)

    def take_back(self, position: int) -> bool:
        """Take back drafted tokens from a position on; returns whether that was possible."""
        return bool(llama_cpp.llama_memory_seq_rm(self._memory, SEQUENCE, position, -1))

    def clear(self) -> None:
        """Forget everything."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def close(self) -> None:
        """Free the memory."""
        if self.pointer:
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self.pointer)
            self.pointer = None

    def _size(self, flags: int) -> int:
        return int(llama_cpp.llama_state_seq_get_size_ext(self.pointer, SEQUENCE, flags))

    def _state(self, flags: int, state: Payload) -> Payload:
        written = llama_cpp.llama_state_seq_get_data_ext(
            self.pointer, _bytes_of(state), state.nbytes, SEQUENCE, flags
        )
        if written != state.nbytes:
            raise EngineFailure(Problem.UNEXPECTED, "the engine did not give its state")
        return state

    def _set_state(self, state: Payload, flags: int) -> bool:
        read = llama_cpp.llama_state_seq_set_data_ext(
            self.pointer, _bytes_of(state), state.nbytes, SEQUENCE, flags
        )
        return bool(read == state.nbytes)

    def _fill_constants(self) -> None:
        """Views into the batch's own arrays: filled by numpy, not token by token."""
        shape = (self.batch_size,)
        self._tokens = np.ctypeslib.as_array(self._batch.token, shape)
        self._positions = np.ctypeslib.as_array(self._batch.pos, shape)
        self._wants_logits = np.ctypeslib.as_array(self._batch.logits, shape)
        np.ctypeslib.as_array(self._batch.n_seq_id, shape)[:] = 1
        for index in range(self.batch_size):
            self._batch.seq_id[index][0] = SEQUENCE


def check(code: int) -> None:
    """Turn a result of llama_decode into an exception.

    Raises:
        PromptFailure: no cells left
        Stopped: the abort callback stopped it
        EngineFailure: anything else
    """
    if code == 0:
        return
    if code == _ABORTED:
        raise Stopped
    if code == _NO_SLOT:
        raise PromptFailure(Problem.PROMPT_TOO_LONG)
    raise EngineFailure(Problem.UNEXPECTED, f"llama_decode returned {code}")


def _bytes_of(state: Payload) -> object:
    return state.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))


def _never() -> bool:
    return False
