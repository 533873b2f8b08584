"""The devices that the installed llama.cpp sees."""

import ctypes

from runtime.engine.library import ggml_library, start_llama


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
