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


class _Capabilities(ctypes.Structure):
    _fields_ = (
        ("async_", ctypes.c_bool),
        ("host_buffer", ctypes.c_bool),
        ("buffer_from_host_ptr", ctypes.c_bool),
        ("events", ctypes.c_bool),
        ("mmap_support", ctypes.c_bool),
    )


class _Properties(ctypes.Structure):
    """`ggml_backend_dev_props` of ggml-backend.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("description", ctypes.c_char_p),
        ("memory_free", ctypes.c_size_t),
        ("memory_total", ctypes.c_size_t),
        ("type", ctypes.c_int),
        ("device_id", ctypes.c_char_p),
        ("capabilities", _Capabilities),
    )


def list_devices() -> dict[str, object]:
    """Backends and devices in ggml's order, as JSON can hold them.

    To be called in a process that may die: drivers are loaded here. `type` is ggml's own number:
    0 CPU, 1 GPU, 2 integrated GPU, 3 accelerator beside the CPU, 4 several in one.
    """
    # Its callback must outlive all that follows.
    native_log = start_llama()
    library = _declared()
    backends = [
        _text(library.ggml_backend_reg_name(library.ggml_backend_reg_get(index)))
        for index in range(library.ggml_backend_reg_count())
    ]
    devices = [_device(library, index) for index in range(library.ggml_backend_dev_count())]
    del native_log
    return {"backends": backends, "devices": devices}


def _device(library: ctypes.CDLL, index: int) -> dict[str, object]:
    properties = _Properties()
    library.ggml_backend_dev_get_props(
        library.ggml_backend_dev_get(index), ctypes.byref(properties)
    )
    return {
        "name": _text(properties.name),
        "description": _text(properties.description),
        "type": properties.type,
        "free": properties.memory_free,
        "total": properties.memory_total,
        "id": _text(properties.device_id),
    }


def _declared() -> ctypes.CDLL:
    library = ggml_library()
    library.ggml_backend_reg_get.argtypes = [ctypes.c_size_t]
    library.ggml_backend_reg_get.restype = ctypes.c_void_p
    library.ggml_backend_reg_name.argtypes = [ctypes.c_void_p]
    library.ggml_backend_reg_name.restype = ctypes.c_char_p
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    library.ggml_backend_dev_get.restype = ctypes.c_void_p
    library.ggml_backend_dev_get_props.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.ggml_backend_dev_get_props.restype = None
    return library


def _text(raw: bytes | None) -> str:
    return raw.decode(errors="replace") if raw else ""
