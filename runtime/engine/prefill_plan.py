"""What is in memory and what is wanted -> what to keep, go back to, and read.

The memory of a model is a list of units: a text token, or a whole picture. Attention can be cut
after any unit, but the recurrent layers (Gated DeltaNet) hold one running state that cannot be
taken back; it can only be replaced by a checkpoint taken earlier. So reading goes on either where
memory ends, if all of it is wanted, or from the newest checkpoint inside the common beginning.

A conversation must give the same answer however it came into memory. llama.cpp's attention adds
up in another order for a batch of 64 tokens or more than for a smaller one (ggml's CPU kernel has
tiles of 64 queries), which changes the last bits. So it depends on a token's place in its turn
alone how it is read: whole blocks of 64, counted from the beginning of the turn or from the
picture before, go in batches of such blocks, and what is left over goes in smaller ones.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Tokens of a tile of ggml's attention on the CPU (GGML_FA_TILE_Q).
BLOCK = 64
# Cells of reading again that a checkpoint must save to be worth its memory.
_WORTH_A_CHECKPOINT = 64


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
class WantedPrompt:
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
    """Units to read in one go: a picture, whole blocks of tokens, or fewer than a block."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCounts:
    """Cells of the attention cache a prompt took.

    Attributes:
        prompt: all of it
        reused: held in memory already
        read: decoded now
    """

    prompt: int
    reused: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillProgress:
    """What to tell while reading; both are called often and must be quick.

    Attributes:
        picture: number and count of the picture being read now
        tokens: cells read and cells to read
    """

    picture: Callable[[int, int], None]
    tokens: Callable[[int, int], None]


def make_plan(
    held: Sequence[Unit], wanted: WantedPrompt, checkpoints: Collection[int], *, logits: bool = True
) -> Plan:
    """Decide what to keep and what to read.

    Args:
        held: what memory holds now
        wanted: what it shall hold
        checkpoints: after how many units checkpoints exist, of memory as held now
        logits: an answer follows, so at least the last token must be read anew; and somebody
            waits, so small batches are put together where it changes nothing
    """
    common = common_length(held, wanted.units)
    usable = min(common, len(wanted.units) - 1) if logits else common
    if common == len(held) and common == usable and _may_go_on(wanted, common):
        keep, restore = common, False
    else:
        marks = (mark for mark in checkpoints if mark <= usable and _may_go_on(wanted, mark))
        keep, restore = max(marks, default=0), True
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


def _cuts(wanted: WantedPrompt) -> list[int]:
    """Where batches end whatever happens: at boundaries, round pictures, at both ends."""
    end = len(wanted.units)
    cuts = {0, end, *(boundary for boundary in wanted.boundaries if boundary < end)}
    for index, unit in enumerate(wanted.units):
        if isinstance(unit, Picture):
            cuts |= {index, index + 1}
    return sorted(cuts)


def _may_go_on(wanted: WantedPrompt, place: int) -> bool:
    """Whether what is wanted up to a place was read in the way it is to be read.

    A question that is still being typed is read as far as it stands; if it grows by a block,
    tokens left over before must be read again as a part of that block.
    """
    cuts = _cuts(wanted)
    index = bisect_left(cuts, place)
    if cuts[index] == place:
        return True
    begin, end = cuts[index - 1], cuts[index]
    left_over = place - (place - begin) % BLOCK
    return left_over == place or end - left_over < BLOCK


def _steps(wanted: WantedPrompt, start: int, *, hurried: bool) -> Iterator[Step]:
    marks = set(_marks(wanted, start, hurried=hurried))
    pieces = _put_together(wanted, start, marks) if hurried else _pieces(wanted, start)
    for begin, end in pieces:
        yield Step(units=wanted.units[begin:end], checkpoint_after=end in marks)


def _pieces(wanted: WantedPrompt, start: int) -> Iterator[tuple[int, int]]:
    """Beginnings and ends of what is read in one go."""
    for begin, end in pairwise(_cuts(wanted)):
        if end <= start:
            continue
        left_over = end - (end - begin) % BLOCK
        for piece in ((max(begin, start), left_over), (max(left_over, start), end)):
            if piece[0] < piece[1]:
                yield piece


def _put_together(
    wanted: WantedPrompt, start: int, marks: Collection[int]
) -> Iterator[tuple[int, int]]:
    """The same with neighbours in one, as long as they are less than a block.

    A small batch takes nearly as long as a larger one, because all weights are read for it.
    """
    waiting: tuple[int, int] | None = None
    for begin, end in _pieces(wanted, start):
        is_picture = isinstance(wanted.units[begin], Picture)
        if waiting and (is_picture or waiting[1] in marks or end - waiting[0] >= BLOCK):
            yield waiting
            waiting = None
        if is_picture or end - begin >= BLOCK:
            yield begin, end
        else:
            waiting = (waiting[0] if waiting else begin, end)
    if waiting:
        yield waiting


def _marks(wanted: WantedPrompt, start: int, *, hurried: bool) -> Iterator[int]:
    """Boundaries worth a checkpoint: after pictures, and far enough from the one before.

    While nobody waits, also the last two, where the next question goes on and another answer to
    the last begins, those that a picture follows, because it may be taken out again, and the
    last whole block of a question that is being typed.
    """
    previous = start
    for boundary, following in pairwise((*wanted.boundaries, len(wanted.units))):
        if boundary <= start:
            continue
        units = wanted.units[previous:boundary]
        is_kept = not hurried and (
            boundary in wanted.boundaries[-2:] or _has_picture(wanted.units[boundary:following])
        )
        if is_kept or is_worth_a_checkpoint(units):
            yield boundary
            previous = boundary
    if wanted.draft is not None:
        end = len(wanted.units)
        yield end - (end - _cuts(wanted)[-2]) % BLOCK


def is_worth_a_checkpoint(units: Sequence[Unit]) -> bool:
    """Whether reading these units again takes long enough to avoid it."""
    return _has_picture(units) or cells(units) >= _WORTH_A_CHECKPOINT


def _has_picture(units: Sequence[Unit]) -> bool:
    return any(isinstance(unit, Picture) for unit in units)
