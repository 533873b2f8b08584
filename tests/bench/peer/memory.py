"""How much memory a program takes at its worst."""

import threading

import psutil

_INTERVAL_S = 0.2


class MemoryWatch:
    """Looks at a process and its children five times a second, in a thread of its own."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._process_id: int | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bench-memory")
        self._thread.start()

    def look_at(self, process_id: int) -> None:
        self._process_id = process_id

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            self._ended.wait(_INTERVAL_S)
            if self._process_id is not None:
                self.peak_bytes = max(self.peak_bytes, tree_bytes(self._process_id))


def tree_bytes(process_id: int) -> int:
    """Memory of a process and its children, shared pages counted once where the system tells."""
    try:
        root = psutil.Process(process_id)
        return sum(_bytes(process) for process in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def _bytes(process: psutil.Process) -> int:
    try:
        info = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(info, "pss", 0) or info.rss)
