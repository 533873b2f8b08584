"""What a model or projector file says about itself: read from its header, never its weights."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import gguf

from runtime.models.architecture import ModelArchitecture, VisionArchitecture
from runtime.models.gguf_header import GgufHeader, TensorInfo, read_header
from runtime.problems import ModelFailure, Problem

_PROJECTOR_ARCHITECTURE = "clip"
# As publishers end their file names; "UD-Q4_K_XL" is more than the header knows.
_IN_FILE_NAME = re.compile(r"(?:^|[-._])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|BF16|F16|F32))$", re.I)
_LARGEST_NUMBER = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufFacts:
    """A language model's file.

    Attributes:
        name: its own name; that of the file if it has none
        architecture: in llama.cpp's terms, such as "qwen35"
        quantisation: such as "Q4_K_M"; "" if nobody says
        size_bytes: of the file
        header_bytes: those of it that are no weights
        embedding_bytes: of the matrix that turns tokens into embeddings, which never goes to
            a graphics device
        has_template: whether it can be chatted with
    """

    name: str
    architecture_name: str
    quantisation: str
    architecture: ModelArchitecture
    size_bytes: int
    header_bytes: int
    embedding_bytes: int
    has_template: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectorFacts:
    """A vision projector's file.

    Attributes:
        name: its own name; that of the file if it has none
        width: floats of an embedding it makes; the model's must be the same
        size_bytes: of the file
    """

    name: str
    vision: VisionArchitecture
    width: int
    size_bytes: int


def read_model_facts(path: Path) -> GgufFacts:
    """What a model's file says.

    Raises:
        ModelFailure: it is missing, damaged, incomplete, or a projector
    """
    header = read_header(path)
    keys = _Keys(header, path.name)
    if keys.architecture == _PROJECTOR_ARCHITECTURE:
        raise ModelFailure(Problem.MODEL_IS_PROJECTOR, path.name)
    _check_complete(header, path.name)
    embedding = [tensor for tensor in header.tensors if tensor.name == "token_embd.weight"]
    return GgufFacts(
        name=str(header.values.get("general.name") or path.stem),
        architecture_name=keys.architecture,
        quantisation=_quantisation(path, header),
        architecture=_model_shape(keys, header, path.name),
        size_bytes=header.size_bytes,
        header_bytes=header.data_offset,
        embedding_bytes=sum(_bytes_of(tensor) for tensor in embedding),
        has_template="tokenizer.chat_template" in header.values,
    )


def read_projector_facts(path: Path) -> ProjectorFacts:
    """What a projector's file says.

    Raises:
        ModelFailure: it is missing, damaged, incomplete, or no vision projector
    """
    header = read_header(path)
    keys = _Keys(header, path.name)
    if keys.architecture != _PROJECTOR_ARCHITECTURE:
        raise ModelFailure(Problem.PROJECTOR_UNUSABLE, path.name)
    _check_complete(header, path.name)
    return ProjectorFacts(
        name=str(header.values.get("general.name") or path.stem),
        vision=VisionArchitecture(
            depth=keys.number("vision.block_count"),
            hidden=keys.number("vision.embedding_length"),
            feed_forward=keys.number("vision.feed_forward_length"),
            heads=keys.number("vision.attention.head_count"),
        ),
        width=keys.number("vision.projection_dim"),
        size_bytes=header.size_bytes,
    )


def projector_fits(model: GgufFacts, projector: ProjectorFacts) -> bool:
    """Whether a projector makes embeddings that the model can read."""
    return model.architecture.hidden == projector.width


class _Keys:
    """The numbers of an architecture, each checked when it is asked for."""

    def __init__(self, header: GgufHeader, file_name: str) -> None:
        self._header = header
        self._file_name = file_name
        architecture = header.values.get("general.architecture")
        if not isinstance(architecture, str):
            raise self.damaged()
        self.architecture = architecture

    def number(self, key: str, otherwise: int | None = None) -> int:
        """A number above 0, or the other if it is not there; of one a layer the largest."""
        name = f"{self.architecture}.{key}"
        values = self._header.arrays.get(name) or self._header.values.get(name)
        if values is None and otherwise is not None:
            return otherwise
        each = values if isinstance(values, tuple) else (values,)
        if not all(type(value) in (int, bool) for value in each):
            raise self.damaged()
        largest = max(int(str(value)) if type(value) is int else 0 for value in each)
        if not 0 < largest < _LARGEST_NUMBER:
            raise self.damaged()
        return largest

    def array(self, key: str) -> tuple[object, ...] | None:
        """One value a layer; None if there is one for all."""
        return self._header.arrays.get(f"{self.architecture}.{key}")

    def damaged(self) -> ModelFailure:
        return ModelFailure(Problem.MODEL_UNUSABLE, self._file_name)


def _model_shape(keys: _Keys, header: GgufHeader, file_name: str) -> ModelArchitecture:
    drafts = keys.number("nextn_predict_layers", 0)
    layers = keys.number("block_count") - drafts
    if layers < 1:
        raise ModelFailure(Problem.MODEL_UNUSABLE, file_name)
    hidden = keys.number("embedding_length")
    heads = keys.number("attention.head_count", 1)
    key_width = keys.number("attention.key_length", max(hidden // heads, 1))
    names = {tensor.name for tensor in header.tensors}
    return ModelArchitecture(
        layers=layers,
        attention_layers=_attention_layers(keys, layers),
        hidden=hidden,
        feed_forward=keys.number("feed_forward_length", hidden),
        heads=heads,
        kv_heads=keys.number("attention.head_count_kv", heads),
        head_width=(key_width + keys.number("attention.value_length", key_width)) // 2,
        ssm_inner=keys.number("ssm.inner_size", 0),
        ssm_state=keys.number("ssm.state_size", 0),
        ssm_groups=keys.number("ssm.group_count", 0),
        convolution=keys.number("ssm.conv_kernel", 0),
        vocabulary=keys.number("vocab_size", header.lengths.get("tokenizer.ggml.tokens", 0)),
        tied_embeddings="output.weight" not in names,
        draft_layers=drafts,
        trained_context=keys.number("context_length"),
        parameters=sum(tensor.elements for tensor in _without_drafts(header.tensors, layers)),
    )


def _attention_layers(keys: _Keys, layers: int) -> int:
    """Those with a KV cache: some architectures list them, Qwen3.5 gives their distance."""
    recurrent = keys.array("attention.recurrent_layers")
    if recurrent is not None:
        return sum(not value for value in recurrent[:layers])
    heads = keys.array("attention.head_count_kv")
    if heads is not None:
        return sum(bool(value) for value in heads[:layers])
    return layers // keys.number("full_attention_interval", 1)


def _without_drafts(tensors: Iterable[TensorInfo], layers: int) -> Iterable[TensorInfo]:
    for tensor in tensors:
        block = re.match(r"blk\.(\d{1,6})\.", tensor.name)
        if block is None or int(block.group(1)) < layers:
            yield tensor


def _quantisation(path: Path, header: GgufHeader) -> str:
    named = _IN_FILE_NAME.search(path.stem)
    if named is not None:
        return named.group(1).upper()
    try:
        kind = gguf.LlamaFileType(header.values.get("general.file_type"))
    except ValueError:
        return ""
    name = str(kind.name)
    return "" if name == "GUESSED" else name.removeprefix("MOSTLY_").removeprefix("ALL_")


def _check_complete(header: GgufHeader, file_name: str) -> None:
    end = max((tensor.offset + _bytes_of(tensor) for tensor in header.tensors), default=0)
    if not header.tensors:
        raise ModelFailure(Problem.MODEL_UNUSABLE, file_name)
    if header.data_offset + end > header.size_bytes:
        raise ModelFailure(Problem.MODEL_TRUNCATED, file_name)


def _bytes_of(tensor: TensorInfo) -> int:
    """Bytes of a tensor's data; 0 for a type that this version of gguf does not know."""
    try:
        block, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType(tensor.kind)]
    except (ValueError, KeyError):
        return 0
    return int(tensor.elements // block * size)
