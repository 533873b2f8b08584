"""Everything the engine can say."""

from dataclasses import dataclass
from enum import StrEnum

from runtime.problems import Problem
from runtime.requests import RequestId


class BufferKind(StrEnum):
    """What llama.cpp allocates memory for."""

    WEIGHTS = "weights"
    KV = "kv"
    RECURRENT = "recurrent"
    COMPUTE = "compute"
    OUTPUT = "output"
    PROJECTOR = "projector"  # its weights
    PROJECTOR_COMPUTE = "projector_compute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """Memory that llama.cpp said it allocated.

    Attributes:
        device: ggml's name, such as "CUDA0"; "CPU" for RAM of any kind
    """

    kind: BufferKind
    device: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is known about the loaded model.

    Attributes:
        name: for people, such as "Qwen3.5 0.8B"
        device: for people, such as "CPU" or "NVIDIA GeForce RTX 3060"
        context_length: tokens the context holds
        sees: whether pictures and videos can be asked about
        thinks_by_default: whether the model's publisher has it think first
        demonstration: whether this is the small model we ship to try the program out
    """

    name: str
    device: str
    context_length: int
    sees: bool
    thinks_by_default: bool
    demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadProgress:
    """How far loading has come, 0 to 1."""

    request_id: RequestId
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The model is ready.

    Attributes:
        buffers: the memory llama.cpp reports to have allocated
    """

    request_id: RequestId
    facts: ModelFacts
    seconds: float
    buffers: tuple[Buffer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureProgress:
    """The engine now looks at picture `number` of `count`, those of videos included."""

    request_id: RequestId
    number: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptProgress:
    """How many of the prompt's new tokens have been read."""

    request_id: RequestId
    read: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThinkingPiece:
    """The next run of thinking, always cut at a whole character."""

    request_id: RequestId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """The next run of answer text, always cut at a whole character."""

    request_id: RequestId
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedReport:
    """How fast the answer is being written; sent about twice a second."""

    request_id: RequestId
    tokens_per_second: float


class Finish(StrEnum):
    """Why an answer ended."""

    STOP = "stop"  # the model ended its turn
    LENGTH = "length"  # max_tokens or the end of the context
    STOPPED = "stopped"  # the user stopped it
    LOOP = "loop"  # it repeated itself without end


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCounts:
    """Where an answer's tokens went.

    Attributes:
        prompt: tokens of the whole prompt, pictures included
        reused: those of them that were in memory already
        read: those that were decoded for this answer
        pictures: those of the prompt that stand for pictures
        generated: tokens the model wrote, thinking included
        passes: passes of the model that took; fewer than tokens with multi-token prediction
    """

    prompt: int = 0
    reused: int = 0
    read: int = 0
    pictures: int = 0
    generated: int = 0
    passes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSeconds:
    """Where an answer's time went, in seconds.

    Attributes:
        pictures: decoding picture files and computing their embeddings
        prefill: reading the prompt
        first_token: from the request to the first token
        total: from the request to the end
    """

    pictures: float = 0.0
    prefill: float = 0.0
    first_token: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The answer is complete, or was stopped."""

    request_id: RequestId
    finish: Finish
    tokens: TokenCounts
    seconds: AnswerSeconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillDone:
    """Work ahead ended: done, interrupted by a question, or not possible.

    Attributes:
        read: tokens that the next question need not read
    """

    request_id: RequestId
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A request could not be carried out; what was said before stays said.

    Attributes:
        detail: the figure, file name or log line behind the problem, for words and log
    """

    request_id: RequestId
    problem: Problem
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDied:
    """The engine process ended by itself while nothing was asked of it."""

    problem: Problem
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineUnresponsive:
    """The engine process stands still, or has not confirmed a stop; told once each time."""


AnswerEvent = PictureProgress | PromptProgress | ThinkingPiece | TextPiece | SpeedReport | Finished
Event = LoadProgress | Loaded | AnswerEvent | PrefillDone | Failed | EngineDied | EngineUnresponsive
