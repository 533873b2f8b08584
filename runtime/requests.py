"""Everything the engine can be asked."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NewType

from runtime.content import Message, Part, Text

# Rises with every request of a client; stopping number n stops every request up to n.
RequestId = NewType("RequestId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """The files a model is loaded from.

    Attributes:
        model: the language model, a GGUF file
        projector: its vision projector (mmproj), a GGUF file; None for text only
    """

    model: Path
    projector: Path | None = None


class KvType(StrEnum):
    """Number format of the KV cache, in llama.cpp's terms."""

    F16 = "f16"
    Q8_0 = "q8_0"


class ProjectorPlace(StrEnum):
    """Where the vision projector runs."""

    GPU = "gpu"
    CPU = "cpu"
    NONE = "none"  # a model without


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """Load a model, in place of the one loaded before.

    Attributes:
        context_length: tokens of context; None lets the engine choose
        gpu_layers: layers to place on a GPU; 0 is a pure CPU run, -1 all of them
        device: ggml's name of the GPU, such as "CUDA0"; None lets llama.cpp use what it finds
        kv_type: number format of the KV cache
        projector_on: where the vision projector runs
        threads: CPU threads; None is one per physical core
        cache_folder: where conversations and embeddings are kept for the next start; None
            keeps them in memory only
        cache_bytes: most that they may take there
        memory_bytes: most RAM for conversations that are not open
        drafting: multi-token prediction where the model can; None uses it where it was
            measured to pay on this machine
    """

    request_id: RequestId
    files: ModelFiles
    context_length: int | None = None
    gpu_layers: int = -1
    device: str | None = None
    kv_type: KvType = KvType.F16
    projector_on: ProjectorPlace = ProjectorPlace.GPU
    threads: int | None = None
    cache_folder: Path | None = None
    cache_bytes: int = 4 << 30
    memory_bytes: int = 1 << 30
    drafting: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingOptions:
    """What the user fixes about sampling; None leaves the model's published setting.

    Attributes:
        temperature: 0 is greedy decoding
        seed: makes sampling repeatable
    """

    temperature: float | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """Answer the last user message of a conversation.

    Attributes:
        messages: the conversation, ending with a user message
        thinking: let the model think first; None is the model's default
        max_tokens: longest answer, thinking included; None is up to the end of the context
    """

    request_id: RequestId
    messages: tuple[Message, ...]
    thinking: bool | None = None
    sampling: SamplingOptions = SamplingOptions()
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillRequest:
    """Read what the next question will need while it is being typed.

    Attributes:
        messages: the conversation so far; what is attached and typed already is a user message
            at its end, pictures first, whose words are whole
    """

    request_id: RequestId
    messages: tuple[Message, ...]

    def goes_on_from(self, earlier: "PrefillRequest") -> bool:
        """Whether an earlier one is still worth finishing: only words were added since."""
        if self.messages[:-1] != earlier.messages[:-1]:
            return False
        if not self.messages or not earlier.messages:
            return self.messages == earlier.messages
        return _media(self.messages[-1]) == _media(earlier.messages[-1])


def _media(message: Message) -> tuple[Part, ...]:
    return tuple(part for part in message.parts if not isinstance(part, Text))


Request = LoadRequest | AnswerRequest | PrefillRequest
