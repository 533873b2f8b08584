"""The vision projector: pictures to embeddings, embeddings into the model's memory."""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import llama_cpp
import numpy as np
from llama_cpp import mtmd_cpp
from numpy.typing import NDArray

from runtime.engine.context import SEQUENCE, Context, check
from runtime.engine.llama_library import NativeLog
from runtime.engine.llama_log import check_model_file, projector_failure
from runtime.engine.model import Model
from runtime.problems import EngineFailure, Problem

# One picture of this many pixels becomes one token: patch 16, merged 2 x 2.
PIXELS_PER_TOKEN = 32 * 32
# llama.cpp's own limit for this projector (clip.cpp, set_limit_image_tokens).
_MOST_TOKENS = 4096
# Frames that Qwen's vision tower merges in time.
FRAMES_PER_PICTURE = 2

Pixels = NDArray[np.uint8]
Embedding = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What a picture costs.

    Attributes:
        before: tokens the model wants before it, such as `<|vision_start|>`
        tokens: cells of the attention cache
        positions: how far it advances the position
        after: tokens the model wants after it
    """

    before: tuple[int, ...]
    tokens: int
    positions: int
    after: tuple[int, ...]


class Projector:
    """libmtmd's context for one model and one projector file.

    A picture is a sequence of one or two frames of equal size, RGB, height x width x 3; two
    frames are neighbours in a video and become the tokens of one. Pictures are put to libmtmd
    one at a time, so it never merges two that a person sent.
    """

    def __init__(
        self,
        path: Path,
        model: Model,
        *,
        picture_tokens: int | None,
        use_gpu: bool,
        threads: int,
        native_log: NativeLog,
    ) -> None:
        """Load a projector (mmproj) file.

        Args:
            path: the GGUF file
            model: the model it belongs to
            picture_tokens: most tokens of a picture; None is the projector's own limit
            use_gpu: place it on the GPU
            threads: CPU threads
            native_log: where libmtmd says what went wrong

        Raises:
            ModelFailure: the file is no projector, or another model's
        """
        check_model_file(path)
        parameters = mtmd_cpp.mtmd_context_params_default()
        parameters.use_gpu = use_gpu
        parameters.n_threads = threads
        parameters.print_timings = False
        # The warm-up encodes the largest picture there is: tens of seconds on a CPU.
        parameters.warmup = False
        if picture_tokens is not None:
            parameters.image_max_tokens = picture_tokens
        with native_log.listening() as lines:
            self._pointer = mtmd_cpp.mtmd_init_from_file(
                str(path).encode(), model.pointer, parameters
            )
        if not self._pointer:
            raise projector_failure(path, lines)
        self.most_tokens = picture_tokens or _MOST_TOKENS
        self._width = model.embedding_width

    def grid(self, width: int, height: int, frames: int) -> Grid:
        """What a picture of this size costs; exact, and computed without its pixels."""
        with self._chunks([None] * frames, width, height) as chunks:
            before, picture, after = _split(chunks)
            return Grid(
                before=before,
                tokens=int(mtmd_cpp.mtmd_input_chunk_get_n_tokens(picture)),
                positions=int(mtmd_cpp.mtmd_input_chunk_get_n_pos(picture)),
                after=after,
            )

    def encode(self, frames: Sequence[Pixels]) -> Embedding:
        """The picture's embedding, tokens x width. Takes seconds on a CPU; cannot be aborted."""
        height, width, _ = frames[0].shape
        with self._chunks(frames, width, height) as chunks:
            picture = _split(chunks)[1]
            if mtmd_cpp.mtmd_encode_chunk(self._pointer, picture):
                raise EngineFailure(Problem.UNEXPECTED, "the picture could not be encoded")
            count = int(mtmd_cpp.mtmd_input_chunk_get_n_tokens(picture))
            output = mtmd_cpp.mtmd_get_output_embd(self._pointer)
            return np.ctypeslib.as_array(output, (count, self._width)).copy()

    def decode(
        self,
        context: Context,
        embedding: Embedding,
        size: tuple[int, int, int],
        position: int,
    ) -> None:
        """Put a picture into memory.

        Args:
            context: the memory
            embedding: what `encode` gave
            size: width, height and number of the frames it was made of
            position: where the picture begins

        Raises:
            Stopped: memory must be rolled back
            PromptFailure: the context is full
        """
        width, height, frames = size
        with self._chunks([None] * frames, width, height) as chunks:
            after = llama_cpp.llama_pos(0)
            check(
                mtmd_cpp.mtmd_helper_decode_image_chunk(
                    self._pointer,
                    context.pointer,
                    _split(chunks)[1],
                    embedding.ctypes.data_as(ctypes.POINTER(ctypes.c_float)),
                    position,
                    SEQUENCE,
                    context.batch_size,
                    ctypes.byref(after),
                    mtmd_cpp.mtmd_helper_post_decode_callback(),
                    None,
                )
            )

    def close(self) -> None:
        """Free the projector."""
        if self._pointer:
            mtmd_cpp.mtmd_free(self._pointer)
            self._pointer = None

    @contextmanager
    def _chunks(self, frames: Sequence[Pixels | None], width: int, height: int) -> Iterator[object]:
        """Libmtmd's chunks of one picture; without pixels they are placeholders."""
        bitmaps = [self._bitmap(frame, width, height, len(frames) > 1) for frame in frames]
        chunks = mtmd_cpp.mtmd_input_chunks_init()
        try:
            parts = [mtmd_cpp.mtmd_input_part(None, bitmap) for bitmap in bitmaps]
            pointers = (ctypes.POINTER(mtmd_cpp.mtmd_input_part) * len(parts))(
                *(ctypes.pointer(part) for part in parts)
            )
            if mtmd_cpp.mtmd_tokenize_from_parts(
                self._pointer, chunks, pointers, len(parts), False
            ):
                raise EngineFailure(Problem.UNEXPECTED, f"a {width} x {height} picture is refused")
            yield chunks
        finally:
            mtmd_cpp.mtmd_input_chunks_free(chunks)
            for bitmap in bitmaps:
                mtmd_cpp.mtmd_bitmap_free(bitmap)

    def _bitmap(self, frame: Pixels | None, width: int, height: int, mergeable: bool) -> object:
        data = None
        if frame is not None:
            # libmtmd copies, so the array need not outlive the call.
            data = np.ascontiguousarray(frame).ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = mtmd_cpp.mtmd_bitmap_init(width, height, data)
        mtmd_cpp.mtmd_bitmap_set_mergeable(bitmap, mergeable)
        return bitmap


def _split(chunks: object) -> tuple[tuple[int, ...], object, tuple[int, ...]]:
    """Tokens before, the one picture, tokens after."""
    before: list[int] = []
    after: list[int] = []
    picture = None
    for index in range(mtmd_cpp.mtmd_input_chunks_size(chunks)):
        chunk = mtmd_cpp.mtmd_input_chunks_get(chunks, index)
        if mtmd_cpp.mtmd_input_chunk_get_type(chunk) != mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
            if picture is not None:
                raise EngineFailure(Problem.UNEXPECTED, "frames of one picture were not merged")
            picture = chunk
            continue
        count = ctypes.c_size_t()
        tokens = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
        (before if picture is None else after).extend(tokens[: count.value])
    if picture is None:
        raise EngineFailure(Problem.UNEXPECTED, "a picture became no tokens")
    return tuple(before), picture, tuple(after)
