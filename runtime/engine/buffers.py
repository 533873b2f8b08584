"""Reads out of llama.cpp's log how much memory it took, and where."""

import re
from collections import Counter
from collections.abc import Iterable

from runtime.events import Buffer, BufferKind

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
