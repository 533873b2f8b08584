"""Sampler chains: settings to the next token."""

import ctypes
from types import TracebackType
from typing import Self

import llama_cpp
import numpy as np

from runtime.engine.context import Context
from runtime.engine.prompt_end import Row
from runtime.models.sampling_defaults import SamplingSettings

# llama.cpp draws a random seed of its own for this value.
_RANDOM_SEED = 0xFFFFFFFF
# llama_token_data of llama.h.
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Sampler:
    """A llama.cpp sampler chain for one answer."""

    def __init__(
        self, settings: SamplingSettings, *, vocabulary: int, longest: int, seed: int | None
    ) -> None:
        """Build the chain in the order of llama.cpp's own: penalties, top-k, top-p, min-p, draw.

        Args:
            settings: temperature 0 is greedy decoding
            vocabulary: number of tokens the model knows
            longest: most tokens the answer can have; the presence penalty looks at all of them
            seed: makes the draws repeatable; None is random
        """
        self._chain = llama_cpp.llama_sampler_chain_init(
            llama_cpp.llama_sampler_chain_default_params()
        )
        if settings.temperature <= 0:
            self._add(llama_cpp.llama_sampler_init_greedy())
            return
        self._add(
            llama_cpp.llama_sampler_init_penalties(
                vocabulary, longest, 1.0, 0.0, settings.presence_penalty
            )
        )
        self._add(llama_cpp.llama_sampler_init_top_k(settings.top_k))
        self._add(llama_cpp.llama_sampler_init_top_p(settings.top_p, 1))
        self._add(llama_cpp.llama_sampler_init_min_p(settings.min_p, 1))
        self._add(llama_cpp.llama_sampler_init_temp(settings.temperature))
        self._add(llama_cpp.llama_sampler_init_dist(_RANDOM_SEED if seed is None else seed))

    def draw(self, context: Context, index: int = -1) -> int:
        """The next token.

        Args:
            context: holds the logits
            index: whose logits, of the last decoded tokens that have some; -1 is the last
        """
        return int(llama_cpp.llama_sampler_sample(self._chain, context.pointer, index))

    def draw_from(self, logits: Row) -> int:
        """The next token from logits that were kept.

        Args:
            logits: one a token of the vocabulary
        """
        candidates = np.zeros(len(logits), dtype=_CANDIDATE)
        candidates["id"] = np.arange(len(logits))
        candidates["logit"] = logits
        array = llama_cpp.llama_token_data_array(
            data=candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data)),
            size=len(logits),
            selected=-1,
            sorted=False,
        )
        llama_cpp.llama_sampler_apply(self._chain, ctypes.byref(array))
        token = int(array.data[array.selected].id)
        llama_cpp.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the chain."""
        if self._chain is not None:
            llama_cpp.llama_sampler_free(self._chain)
            self._chain = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _add(self, link: object) -> None:
        llama_cpp.llama_sampler_chain_add(self._chain, link)
