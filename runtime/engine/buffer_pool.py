"""Memory for checkpoints, used again and again.

New memory is handed out by the system page by page as it is first written: tens of milliseconds
for 19 MiB where pages are slow to come, against 1.5 for memory that was used before.
"""

import weakref

import numpy as np
from numpy.typing import NDArray

# For the checkpoint before the next answer.
_SPARE = 1


class BufferPool:
    """Buffers of one size; each comes back by itself when nobody holds it any more."""

    def __init__(self) -> None:
        self._spare: list[bytearray] = []

    def take(self, size: int) -> NDArray[np.uint8]:
        """A buffer of this many bytes, with anything in it."""
        memory = self._spare.pop() if self._spare else bytearray()
        if len(memory) != size:
            memory = bytearray(size)
        # The array's owner is not an array, so slices of it keep it alive, as they must.
        array = np.frombuffer(memory, dtype=np.uint8)
        weakref.finalize(array, self._give_back, memory).atexit = False
        return array

    def prepare(self, size: int) -> None:
        """Have a buffer of this many bytes ready, while nobody waits."""
        if not any(len(memory) == size for memory in self._spare):
            self._spare.append(bytearray(size))

    def _give_back(self, memory: bytearray) -> None:
        if len(self._spare) < _SPARE:
            self._spare.append(memory)
