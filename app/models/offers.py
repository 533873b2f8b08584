"""What the window shows about every model it could run."""

from dataclasses import dataclass
from enum import StrEnum

from runtime.models.transfer import TransferState


class Fit(StrEnum):
    """How a model fits this machine."""

    FULLY = "fully"  # all on the fastest device there is (the CPU, on a machine without a GPU)
    PARTLY = "partly"  # some layers or the projector on the CPU: slower
    NOT = "not"  # it will not load, or swap


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUse:
    """What a loaded model takes of the memory it runs in, in bytes.

    Attributes:
        weights: the model's own
        context: KV cache, recurrent state and compute buffers
        pictures: the projector with its largest picture
        free: what is left of the device's memory; negative if it does not fit
        place: whose memory, such as "RTX 3060" or "RAM"
    """

    weights: int
    context: int
    pictures: int
    free: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One model at one quantisation, as this machine would run it.

    Attributes:
        model: such as "Qwen3.5 4B"
        size: such as "4B"; "" for an imported model
        quantisation: such as "Q4_K_M"
        tokens_per_s: expected decode speed; None if unknown
        picture_s: expected seconds to read a screenshot; None if unknown
        quality: for people, such as "near lossless" or "noticeably worse"
        download_bytes: model and projector together
        context: tokens of context it would get
        largest_context: most that can be asked for
        warning: what will happen if it is picked although it does not fit; "" if it fits
        is_recommended: what we would pick
        is_demo: the small model that ships with the program
        transfer: its download, if one runs or stands still
    """

    model: str
    size: str
    quantisation: str
    fit: Fit
    memory: MemoryUse
    tokens_per_s: float | None
    picture_s: float | None
    quality: str
    download_bytes: int
    context: int
    largest_context: int
    is_installed: bool
    is_loaded: bool = False
    is_recommended: bool = False
    is_demo: bool = False
    warning: str = ""
    transfer: TransferState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """What the first start says.

    Attributes:
        found: one sentence about the machine
        recommendation: the offer we would pick; None if nothing fits but the demo
        reason: why, in one sentence
        next_better: what a better choice would need; "" if there is none
        notes: findings about the machine, one sentence each
        alternatives: other sensible offers, best first, at most three
    """

    found: str
    recommendation: Offer | None
    reason: str
    next_better: str
    notes: tuple[str, ...]
    alternatives: tuple[Offer, ...]
