"""What the window shows about every model it could run."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from runtime.models.download.progress import TransferState

# What the model that ships with the program is called.
DEMO_NAME = "Sideglance demo"

# Model and quantisation.
ModelKey = tuple[str, str]


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
class ModelOption:
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

    @property
    def key(self) -> "ModelKey":
        """What it is known by while its figures change."""
        return self.model, self.quantisation


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRunSummary:
    """What the first start says.

    Attributes:
        found: one sentence about the machine
        recommendation: the option we would pick; None if nothing fits but the demo
        reason: why, in one sentence
        next_better: what a better choice would need; "" if there is none
        notes: findings about the machine, one sentence each
        alternatives: other sensible ones, best first, at most three
    """

    found: str
    recommendation: ModelOption | None
    reason: str
    next_better: str
    notes: tuple[str, ...]
    alternatives: tuple[ModelOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """Everything the window shows about models.

    Attributes:
        options: by size, smallest first; imported ones and the demo last
        first_look: None until this computer has been looked at
        is_first_run: there is no model but the demo, so the window begins with the first look
        context: tokens of context the user asked for; 0 lets us choose
    """

    options: tuple[ModelOption, ...] = ()
    first_look: FirstRunSummary | None = None
    is_first_run: bool = False
    context: int = 0

    @property
    def loaded(self) -> ModelOption | None:
        """The one in memory."""
        return next((option for option in self.options if option.is_loaded), None)

    @property
    def recommended(self) -> ModelOption | None:
        """The one we would pick."""
        return next((option for option in self.options if option.is_recommended), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelImport:
    """A model file the user has.

    Attributes:
        path: of the GGUF file; its projector is looked for beside it
        copies: copy it into the models folder; otherwise it is used where it is
    """

    path: Path
    copies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsFolderUse:
    """Where models are kept, and on what they run, for the settings.

    Attributes:
        folder: the models folder
        used_bytes: what the models in it take
        device: the graphics device whose memory may be set, "" if there is none
        device_bytes: its memory as found; None if nobody knows
    """

    folder: Path
    used_bytes: int = 0
    device: str = ""
    device_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderChange:
    """Another models folder.

    Attributes:
        moves: take the models along; otherwise they stay where they are
    """

    folder: Path
    moves: bool
