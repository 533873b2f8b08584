"""Checkpoints of the recurrent layers' state: which are kept, and which go with a saved state.

Attention can drop cells from its end; recurrent layers cannot go back, and need a copy of their
state for every place that somebody may want to go back to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.engine.blob_store import Payload
from runtime.engine.prefill_plan import Unit, is_worth_a_checkpoint

# Memory for checkpoints; 24 of them for 0.8B and 2B, 10 for 4B and 9B.
_CHECKPOINT_BYTES = 512 << 20
# The system prompt's, and those a follow-up or a regeneration goes back to.
_FEWEST_CHECKPOINTS = 4
# The end of the last answer, of its question, and of the answer before.
_NEWEST_CHECKPOINTS = 3
# Of a state that is kept: for another answer to the last question, and for another question.
_KEPT_CHECKPOINTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The recurrent layers' state at one place.

    Attributes:
        length: units of memory it was taken after
        position: position of the next token there
        state: llama.cpp's bytes
    """

    length: int
    position: int
    state: Payload


def newest(checkpoints: Sequence[Checkpoint], *, before: int) -> tuple[Checkpoint, ...]:
    """The checkpoints worth keeping with a saved state.

    Args:
        checkpoints: oldest first
        before: units of the state, which is itself a checkpoint at their end
    """
    return tuple([mark for mark in checkpoints if mark.length < before][-_KEPT_CHECKPOINTS:])


def bounded(checkpoints: Sequence[Checkpoint]) -> list[Checkpoint]:
    """All of them, oldest first, or all but one if they take too much memory."""
    most = max(_FEWEST_CHECKPOINTS, _CHECKPOINT_BYTES // max(checkpoints[-1].state.nbytes, 1))
    if len(checkpoints) <= most:
        return list(checkpoints)
    # The first is the system prompt's, which every branch goes back to.
    return [checkpoints[0], *checkpoints[2:]]


def thinned(checkpoints: Sequence[Checkpoint], held: Sequence[Unit]) -> list[Checkpoint]:
    """The first, those of the last turn, and of those between what is far apart.

    Args:
        checkpoints: oldest first
        held: what memory holds, up to the last of them or further
    """
    kept = list(checkpoints[-_NEWEST_CHECKPOINTS:])
    # From the newest on, so that of a turn its end is kept rather than its question's.
    for mark in reversed(checkpoints[1:-_NEWEST_CHECKPOINTS]):
        if is_worth_a_checkpoint(held[mark.length : kept[0].length]):
            kept.insert(0, mark)
    if len(checkpoints) > _NEWEST_CHECKPOINTS:
        kept.insert(0, checkpoints[0])
    return kept
