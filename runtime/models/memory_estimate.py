"""How much memory a model will take, part by part, on a graphics device and in RAM: pure.

The sizes follow from the architecture (`facts/qwen35.md` §1, §7d) and from how our engine makes
its contexts: batches of 256 tokens, one row of logits, flash attention.
"""

from dataclasses import dataclass

from runtime.models.architecture import ModelArchitecture, VisionArchitecture
from runtime.requests import KvType, ProjectorPlace

MIB = 1 << 20

# Metadata and vocabulary of a Qwen3.5 file, which are no weights.
HEADER_BYTES = 10_960_000
# llama.cpp's limit for one picture (clip.cpp, set_limit_image_tokens).
LARGEST_PICTURE_TOKENS = 4096
# One picture token is a square of 2 x 2 patches.
_PATCHES_PER_TOKEN = 4
# The embedding matrix is quantised harder than the average tensor: 545.6 MiB of Qwen3.5 9B at
# Q4_K_M are 4.5 bits a weight against 5.07 on average.
_EMBEDDING_SHARE = 0.89
# Bytes of a block of 32 numbers (ggml-common.h).
_KV_BLOCK_BYTES = {KvType.F16: 64, KvType.Q8_0: 34}
_BATCH = 256
# n_rs_seq of a context that drafts, and its copies of the recurrent state (engine/mtp.py).
_DRAFTS = 3
_F32 = 4
_F16 = 2
# What a driver's context takes: 80 to 330 MiB were observed with CUDA, less with the others.
_CUDA_CONTEXT = 320 * MIB
_OTHER_CONTEXT = 100 * MIB
# Python, its libraries and llama.cpp's own structures in the engine process.
_PROCESS = 115 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Memory in one place, in bytes.

    Attributes:
        recurrent: state of the Gated DeltaNet layers
        compute: llama.cpp's scratch memory, a row of logits included
        projector: weights of the vision projector
        picture: its scratch memory with the largest picture
        overhead: driver or process
    """

    weights: int = 0
    kv: int = 0
    recurrent: int = 0
    compute: int = 0
    projector: int = 0
    picture: int = 0
    overhead: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        # Written out, since a choice asks for it some ten thousand times.
        return (
            self.weights
            + self.kv
            + self.recurrent
            + self.compute
            + self.projector
            + self.picture
            + self.overhead
        )

    @property
    def allocated(self) -> int:
        """What llama.cpp reports once a model is loaded: without pictures and overhead."""
        return self.total - self.picture - self.overhead

    def plus(self, other: "Parts") -> "Parts":
        """Both in one place."""
        return Parts(
            weights=self.weights + other.weights,
            kv=self.kv + other.kv,
            recurrent=self.recurrent + other.recurrent,
            compute=self.compute + other.compute,
            projector=self.projector + other.projector,
            picture=self.picture + other.picture,
            overhead=self.overhead + other.overhead,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBytes:
    """What is to be loaded.

    Attributes:
        file_bytes: of the language model
        vision: None without a projector
        projector_bytes: of its file
        drafts: whether the file has a layer for multi-token prediction
    """

    architecture: ModelArchitecture
    file_bytes: int
    vision: VisionArchitecture | None = None
    projector_bytes: int = 0
    drafts: bool = False

    @property
    def weight_bytes(self) -> int:
        """Of the language model's tensors."""
        return max(self.file_bytes - HEADER_BYTES, 0)

    @property
    def embedding_bytes(self) -> int:
        """Of the matrix that turns tokens into embeddings."""
        share = (
            self.architecture.vocabulary
            * self.architecture.hidden
            / max(self.architecture.parameters, 1)
        )
        return int(self.weight_bytes * min(share, 1.0) * _EMBEDDING_SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSetup:
    """How it is to be loaded.

    Attributes:
        gpu_layers: as in llama.cpp, the output counted as one; -1 is all, 0 none
        device: ggml's name, "" for the CPU
    """

    context: int
    kv_type: KvType
    gpu_layers: int
    projector_on: ProjectorPlace
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryEstimate:
    """Memory on the graphics device and in RAM."""

    device: Parts
    ram: Parts

    @property
    def main(self) -> Parts:
        """Where the model runs."""
        return self.device if self.device.total else self.ram


def estimate(model: ModelBytes, setup: LoadSetup) -> MemoryEstimate:
    """What loading a model takes, its largest picture included."""
    share = _offloaded(model.architecture, setup.gpu_layers)
    on_device = _place(model, setup, share)
    in_ram = _place(model, setup, 1.0 - share)
    embedding = model.embedding_bytes
    movable = model.weight_bytes - (0 if model.architecture.tied_embeddings else embedding)
    # The embedding matrix is read on the CPU; where it is the output as well it is in both.
    copy = embedding if share else 0
    projector = _projector(model, setup)
    with_gpu = setup.projector_on is ProjectorPlace.GPU and share > 0
    device_weights = int(movable * share)
    ram_weights = model.weight_bytes - device_weights if share < 1 else copy
    device = Parts(weights=device_weights, overhead=_driver(setup.device)).plus(on_device)
    ram = Parts(weights=ram_weights, overhead=_PROCESS).plus(in_ram)
    if with_gpu:
        device = device.plus(projector)
    else:
        ram = ram.plus(projector)
    return MemoryEstimate(device=device if share else Parts(), ram=ram)


def _offloaded(architecture: ModelArchitecture, gpu_layers: int) -> float:
    if gpu_layers < 0 or gpu_layers > architecture.layers:
        return 1.0
    return gpu_layers / (architecture.layers + 1)


def _place(model: ModelBytes, setup: LoadSetup, share: float) -> Parts:
    """Caches and scratch memory where a share of the layers runs."""
    if share <= 0:
        return Parts()
    architecture = model.architecture
    copies = 1 + (_DRAFTS if model.drafts else 0)
    return Parts(
        kv=int(share * kv_bytes(model, setup.context, setup.kv_type)),
        recurrent=int(share * copies * recurrent_bytes(architecture)),
        compute=compute_bytes(architecture, setup.context) * (2 if model.drafts else 1),
    )


def kv_bytes(model: ModelBytes, context: int, kv_type: KvType) -> int:
    """The KV cache: only layers with full attention have one; a draft layer's stays f16."""
    architecture = model.architecture
    numbers = 2 * architecture.kv_heads * architecture.head_width * context
    drafting = numbers * _F16 if model.drafts else 0
    return numbers * architecture.attention_layers * _KV_BLOCK_BYTES[kv_type] // 32 + drafting


def recurrent_bytes(architecture: ModelArchitecture) -> int:
    """One state of the Gated DeltaNet layers, always 32-bit (llama-hparams.cpp)."""
    layers = architecture.layers - architecture.attention_layers
    channels = architecture.ssm_inner + 2 * architecture.ssm_groups * architecture.ssm_state
    convolution = (architecture.convolution - 1) * channels
    return layers * (convolution + architecture.ssm_state * architecture.ssm_inner) * _F32


def compute_bytes(architecture: ModelArchitecture, context: int) -> int:
    """Scratch memory for batches of 256 tokens, and one row of logits."""
    logits = architecture.vocabulary * _F32
    # Intermediate results of a layer for a whole batch: 21.2 MiB were measured with 0.8B.
    widest = 4 * architecture.hidden + 2 * architecture.feed_forward + 5 * architecture.ssm_inner
    mask = context * _BATCH * _F16
    return logits + widest * _BATCH * _F32 + mask


def _projector(model: ModelBytes, setup: LoadSetup) -> Parts:
    if model.vision is None or setup.projector_on is ProjectorPlace.NONE:
        return Parts()
    patches = LARGEST_PICTURE_TOKENS * _PATCHES_PER_TOKEN
    # 248.1 MiB were measured for 2,116 tokens of the 27-layer tower, as this gives.
    picture = (model.vision.feed_forward + 3 * model.vision.hidden) * _F32 * patches
    return Parts(projector=model.projector_bytes, picture=picture)


def _driver(device: str) -> int:
    if not device:
        return 0
    return _CUDA_CONTEXT if device.startswith("CUDA") else _OTHER_CONTEXT
