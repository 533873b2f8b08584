"""What is in memory and what is wanted -> what to keep, go back to, and read.

The memory of a model is a list of units: a text token, or a whole picture. Attention can be cut
after any unit, but the recurrent layers (Gated DeltaNet) hold one running state that cannot be
taken back; it can only be replaced by a checkpoint taken earlier. So reading goes on either where
memory ends, if all of it is wanted, or from the newest checkpoint inside the common beginning.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

# A boundary cuts a batch in two, and a small batch takes nearly as long as a larger one; while
# somebody waits that must save at least this many cells of reading them again.
_WORTH_A_CUT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, or a pair of frames, in a model's memory.

    Attributes:
        identity: hash of its pixels and of everything else its embedding depends on
        tokens: cells it takes in the attention cache
        positions: how far it advances the position (M-RoPE: the longer side of its grid)
    """

    identity: str
    tokens: int
    positions: int


Unit = int | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What memory shall hold.

    Attributes:
        units: from the beginning of the context
        boundaries: ascending numbers of units after which a checkpoint is worth keeping
        draft: number of units before the words of a question that is still being typed; those
            may change, and are never kept beyond this process
    """

    units: tuple[Unit, ...]
    boundaries: tuple[int, ...] = ()
    draft: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Units to read in one go, all text tokens or one picture."""

    units: tuple[Unit, ...]
    checkpoint_after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to get from what is held to what is wanted.

    Attributes:
        keep: how many of the held units stay
        restore: a checkpoint after `keep` units must be restored first; with `keep` 0 memory
            is emptied instead
        steps: what to read then
    """

    keep: int
    restore: bool
    steps: tuple[Step, ...]


def make_plan(
    held: Sequence[Unit], wanted: Wanted, checkpoints: Collection[int], *, logits: bool = True
) -> Plan:
    """Decide what to keep and what to read.

    Args:
        held: what memory holds now
        wanted: what it shall hold
        checkpoints: after how many units checkpoints exist, of memory as held now
        logits: an answer follows, so at least the last token must be read anew; and somebody
            waits, so checkpoints that save little are left out
    """
    common = common_length(held, wanted.units)
    usable = min(common, len(wanted.units) - 1) if logits else common
    if common == len(held) and common == usable:
        keep, restore = common, False
    else:
        keep = max((mark for mark in checkpoints if mark <= usable), default=0)
        restore = True
    return Plan(keep=keep, restore=restore, steps=tuple(_steps(wanted, keep, hurried=logits)))


def common_length(held: Sequence[Unit], wanted: Sequence[Unit]) -> int:
    """How many units two memories have in common from their beginning."""
    shorter = min(len(held), len(wanted))
    if tuple(held[:shorter]) == tuple(wanted[:shorter]):
        return shorter
    return next(index for index in range(shorter) if held[index] != wanted[index])


def cells(units: Sequence[Unit]) -> int:
    """Cells of the attention cache that units take."""
    return sum(unit.tokens if isinstance(unit, Picture) else 1 for unit in units)


def positions(units: Sequence[Unit]) -> int:
    """How far units advance the position."""
    return sum(unit.positions if isinstance(unit, Picture) else 1 for unit in units)


def _steps(wanted: Wanted, start: int, *, hurried: bool) -> Iterator[Step]:
    boundaries = set(_worthwhile(wanted, start) if hurried else wanted.boundaries)
    begin = start
    for index in range(start, len(wanted.units)):
        end = index + 1
        alone = isinstance(wanted.units[index], Picture)
        last = end == len(wanted.units)
        if alone or last or end in boundaries or isinstance(wanted.units[end], Picture):
            yield Step(units=wanted.units[begin:end], checkpoint_after=end in boundaries)
            begin = end


def _worthwhile(wanted: Wanted, start: int) -> Iterator[int]:
    """The boundaries far enough from the one before, and those after pictures."""
    previous = start
    for boundary in wanted.boundaries:
        if boundary <= start:
            continue
        units = wanted.units[previous:boundary]
        has_picture = any(isinstance(unit, Picture) for unit in units)
        if has_picture or cells(units) >= _WORTH_A_CUT:
            yield boundary
            previous = boundary
