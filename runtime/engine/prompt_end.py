"""The end of the last prompt, so that its answer can be drawn again without reading anything."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.engine.prefill_plan import Unit
from runtime.engine.saved_states import SavedState

Row = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEnd:
    """What was known when a prompt had been read, before its answer was written.

    Attributes:
        units: the prompt
        logits: of the token after it, one a token of the vocabulary
        hidden: the model's last hidden state, for drafting; None if nothing was drafted
        memory: the whole state at this place, once something else stands in memory
    """

    units: tuple[Unit, ...]
    logits: Row
    hidden: Row | None = None
    memory: SavedState | None = None
