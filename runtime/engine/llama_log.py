"""Reads llama.cpp's log: memory taken, where it runs, and why a file could not be loaded."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from runtime.events import Buffer, BufferKind
from runtime.problems import ModelFailure, Problem

# The texts are those of llama.cpp @0c1e57098 (`facts/build.md` §3).
_SIZE = re.compile(r"^(\w+): +(\S+) +(model|KV|RS|output|compute) buffer size = +([\d.]+) MiB")
_PROJECTOR_SIZE = re.compile(r"^load_hparams: +model size: +([\d.]+) MiB")
_PROJECTOR_DEVICE = re.compile(r"CLIP using (\S+) backend")
# The function that reserves the projector's compute buffer; all others are the model's.
_PROJECTOR_RESERVE = "reserve_compute_meta"
_KINDS = {
    "model": BufferKind.WEIGHTS,
    "KV": BufferKind.KV,
    "RS": BufferKind.RECURRENT,
    "output": BufferKind.OUTPUT,
    "compute": BufferKind.COMPUTE,
}

# The first pattern found decides; the texts are those of llama.cpp @0c1e57098.
_MODEL_SIGNS = (
    (re.compile(r"CLIP cannot be used as main model"), Problem.MODEL_IS_PROJECTOR),
    (re.compile(r"data is not within the file bounds"), Problem.MODEL_TRUNCATED),
    (re.compile(r"unknown model architecture"), Problem.MODEL_UNKNOWN_ARCHITECTURE),
    (re.compile(r"invalid magic characters|failed to read magic"), Problem.MODEL_NOT_GGUF),
    (re.compile(r"unable to allocate|bad_alloc|out of memory", re.I), Problem.OUT_OF_MEMORY),
)
_PROJECTOR_SIGNS = (
    (re.compile(r"mismatch between text model"), Problem.PROJECTOR_MISMATCH),
    (re.compile(r"unable to allocate|bad_alloc|out of memory", re.I), Problem.OUT_OF_MEMORY),
)
_DEVICE = re.compile(r"using device (\S+) \((.+?)\) \(")
_OFFLOADED = re.compile(r"offloaded (\d+)/(\d+) layers to GPU")


def buffers_of(lines: Iterable[str]) -> tuple[Buffer, ...]:
    """The memory taken while these lines were printed, one entry a kind and device."""
    sizes: Counter[tuple[BufferKind, str]] = Counter()
    projector_mib, projector_device = 0.0, "CPU"
    for line in lines:
        if found := _SIZE.search(line):
            function, device, kind, mib = found.groups()
            place = (_kind(kind, function), _device(device))
            sizes[place] += _bytes(float(mib))
        elif found := _PROJECTOR_SIZE.search(line):
            projector_mib = float(found.group(1))
        elif found := _PROJECTOR_DEVICE.search(line):
            projector_device = _device(found.group(1))
    if projector_mib:
        sizes[BufferKind.PROJECTOR, projector_device] += _bytes(projector_mib)
    return tuple(
        Buffer(kind=kind, device=device, size_bytes=size) for (kind, device), size in sizes.items()
    )


def _kind(word: str, function: str) -> BufferKind:
    if word == "compute" and function == _PROJECTOR_RESERVE:
        return BufferKind.PROJECTOR_COMPUTE
    return _KINDS[word]


def _device(name: str) -> str:
    # CPU_Mapped, CPU_REPACK, Vulkan_Host and CUDA_Host are all RAM.
    return "CPU" if name.startswith("CPU") or name.endswith("_Host") else name


def _bytes(mib: float) -> int:
    return round(mib * (1 << 20))


def check_model_file(path: Path) -> None:
    """Refuse at once what can be seen without loading.

    Raises:
        ModelFailure: the file is missing, or no GGUF file
    """
    if not path.is_file():
        raise ModelFailure(Problem.MODEL_MISSING, path.name)
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelFailure(Problem.MODEL_NOT_GGUF, path.name)


def model_failure(path: Path, lines: Sequence[str]) -> ModelFailure:
    """Why llama.cpp refused a model file, from what it printed."""
    return ModelFailure(_first_sign(lines, _MODEL_SIGNS, Problem.MODEL_UNUSABLE), path.name)


def projector_failure(path: Path, lines: Sequence[str]) -> ModelFailure:
    """Why libmtmd refused a projector file, from what it printed."""
    return ModelFailure(_first_sign(lines, _PROJECTOR_SIGNS, Problem.PROJECTOR_UNUSABLE), path.name)


def device_used(lines: Sequence[str]) -> str:
    """The device the weights really went to; a missing driver falls back to the CPU in silence."""
    text = "\n".join(lines)
    offloaded = _OFFLOADED.search(text)
    device = _DEVICE.search(text)
    if device is None or offloaded is None or offloaded.group(1) == "0":
        return "CPU"
    if offloaded.group(1) == offloaded.group(2):
        return device.group(2)
    return f"{device.group(2)} and CPU"


def _first_sign(
    lines: Sequence[str], signs: Sequence[tuple[re.Pattern[str], Problem]], otherwise: Problem
) -> Problem:
    text = "\n".join(lines)
    return next((problem for pattern, problem in signs if pattern.search(text)), otherwise)
