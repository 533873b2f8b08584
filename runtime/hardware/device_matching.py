"""Which device of the machine a device of llama.cpp is: pure."""

import re
from collections.abc import Iterable, Sequence

from runtime.hardware.report import BuildDevice, GraphicsDevice

Pair = tuple[BuildDevice, GraphicsDevice | None]

# Said by some sources and not by others: "AMD Radeon(TM) Graphics (RADV PHOENIX)".
_DECORATION = re.compile(r"\((?:tm|r|c)\)|\([^)]*\)|[™®©]|\b(?:corporation|nvidia|amd|intel)\b")
_NO_WORD = re.compile(r"[^a-z0-9]+")


def match_devices(
    build: Sequence[BuildDevice], machine: Sequence[GraphicsDevice]
) -> tuple[Pair, ...]:
    """Each device of the build with the machine's, or None where nothing fits.

    The PCI address decides where both know it, then the name. Two devices of the same backend
    are never the same device of the machine, so that two equal cards stay two.
    """
    pairs: list[Pair] = []
    taken: set[tuple[str, int]] = set()
    for device in build:
        backend = backend_of(device.name)
        free = [index for index in range(len(machine)) if (backend, index) not in taken]
        found = _find(device, machine, free)
        if found is not None:
            taken.add((backend, found))
        pairs.append((device, None if found is None else machine[found]))
    return tuple(pairs)


def backend_of(name: str) -> str:
    """The backend in a device's name: "Vulkan" of "Vulkan0"."""
    return name.rstrip("0123456789")


def is_metal(name: str) -> bool:
    """Whether a device of this name is one of Metal's."""
    return backend_of(name) in ("MTL", "Metal")


def _find(
    device: BuildDevice, machine: Sequence[GraphicsDevice], free: Iterable[int]
) -> int | None:
    free = tuple(free)
    if device.address:
        for index in free:
            if machine[index].address == device.address:
                return index
    named = [index for index in free if _alike(device, machine[index])]
    # Names of integrated devices differ between sources, but there is only ever one.
    kin = [index for index in free if machine[index].kind is device.kind]
    candidates = named or (kin if len(kin) == 1 else [])
    return candidates[0] if candidates else None


def _alike(device: BuildDevice, other: GraphicsDevice) -> bool:
    if device.address and other.address:
        return False
    one, two = _plain(device.description), _plain(other.name)
    return bool(one and two) and (one in two or two in one)


def _plain(name: str) -> str:
    return _NO_WORD.sub(" ", _DECORATION.sub(" ", name.lower())).strip()
