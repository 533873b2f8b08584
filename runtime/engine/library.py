"""llama.cpp as a library: its backends, its devices, its log."""

import ctypes
import logging
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import llama_cpp
from llama_cpp import mtmd_cpp

log = logging.getLogger("sideglance.engine.native")

_LIBRARIES = Path(llama_cpp.__file__).parent / "lib"
_LEVELS = {2: logging.INFO, 3: logging.WARNING, 4: logging.ERROR}
_CONTINUED = 5
# Said at every picture: with M-RoPE, positions are meant to jump.
_NOISE = "non-consecutive token position"


class NativeLog:
    """Takes what llama.cpp prints: into our log, and kept for explaining a failure."""

    def __init__(self) -> None:
        self._listeners: list[deque[str]] = []
        self._level = logging.DEBUG
        # ctypes keeps no reference: a callback that is collected crashes the process.
        self._callback = llama_cpp.llama_log_callback(self._on_text)
        llama_cpp.llama_log_set(self._callback, None)
        mtmd_cpp.mtmd_helper_log_set(self._callback, None)

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Collect the lines printed meanwhile, the last thousands of them, once it ends."""
        lines: list[str] = []
        heard: deque[str] = deque(maxlen=4000)
        self._listeners.append(heard)
        try:
            yield lines
        finally:
            # By identity: two lists of the same lines are equal.
            self._listeners = [other for other in self._listeners if other is not heard]
            lines.extend(heard)

    def _on_text(self, level: int, text: bytes, _user_data: object) -> None:
        line = text.decode(errors="replace").rstrip()
        if not line or _NOISE in line:
            return
        if level != _CONTINUED:
            self._level = _LEVELS.get(level, logging.DEBUG)
        for heard in self._listeners:
            heard.append(line)
        log.log(self._level, "%s", line)


def start_llama() -> NativeLog:
    """Load llama.cpp's backends from its own folder, and nowhere else, and take its log.

    A build with loadable backends would otherwise search the current folder for them, where a
    library could have been planted (`facts/build.md` §1).
    """
    native_log = NativeLog()
    ggml = ggml_library()
    if not ggml.ggml_backend_reg_count():
        ggml.ggml_backend_load_all_from_path(str(_LIBRARIES).encode())
    llama_cpp.llama_backend_init()
    return native_log


def find_device(name: str) -> int | None:
    """Ggml's device of this name, such as "CUDA0"; None if there is none."""
    found: int | None = ggml_library().ggml_backend_dev_by_name(name.encode())
    return found


def ggml_library() -> ctypes.CDLL:
    """Ggml as llama.cpp itself has it mapped.

    Opening libggml by name would map a second copy with an empty registry of its own on Linux
    and macOS; Windows does not look into a library's dependencies, so there it is the name.
    """
    library: ctypes.CDLL
    if sys.platform == "win32":
        library = ctypes.CDLL(str(_LIBRARIES / "ggml.dll"))
    else:
        library = llama_cpp.llama_cpp._lib
    library.ggml_backend_reg_count.restype = ctypes.c_size_t
    library.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
    library.ggml_backend_dev_by_name.argtypes = [ctypes.c_char_p]
    library.ggml_backend_dev_by_name.restype = ctypes.c_void_p
    return library


def ggml_base_library() -> ctypes.CDLL:
    """Where ggml keeps tensors; only Windows asks in which of its libraries a call is."""
    if sys.platform == "win32":
        return ctypes.CDLL(str(_LIBRARIES / "ggml-base.dll"))
    return ggml_library()
