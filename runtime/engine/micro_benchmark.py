"""What a device does for a model, measured through ggml itself: memory read, products computed.

Two products with weights as models have them (q8_0): one vector, as for every token that is
written, which waits for memory; and a batch, as while a prompt is read, which computes.
"""

import ctypes
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from runtime.engine.llama_library import find_device, ggml_base_library, ggml_library, start_llama
from runtime.hardware.report import DeviceSpeed
from runtime.problems import EngineFailure, Problem

# ggml.h @0c1e57098.
_TYPE_F32 = 0
_TYPE_Q8_0 = 8
_BLOCK, _BLOCK_BYTES = 32, 34
_CPU_DEVICE = 0

_WIDTH = 4096
# Far more than any cache holds: 136 MiB of weights.
_MANY_ROWS = 32_768
_FEW_ROWS = 4096
_BATCH = 256
# Graphics devices slow down when idle, so the first runs say little; the best of these counts.
_SECONDS_EACH = 0.3
_LEAST_RUNS = 3
_CONTEXT_BYTES = 1 << 20


def measure_device(device: str) -> DeviceSpeed:
    """Measure for about a second; in a process that may die, since drivers are loaded here.

    Args:
        device: ggml's name, "" for the CPU

    Raises:
        EngineFailure: there is no such device, or it has not enough memory for 150 MiB
    """
    # Its callback must outlive all that follows.
    native_log = start_llama()
    ggml = _Ggml()
    found = find_device(device) if device else ggml.processor()
    if not found:
        raise EngineFailure(Problem.DEVICE_MISSING, device)
    with ggml.backend(found) as backend:
        reading = _fastest(ggml, backend, rows=_MANY_ROWS, columns=1)
        computing = _fastest(ggml, backend, rows=_FEW_ROWS, columns=_BATCH)
    del native_log
    weight_bytes = _MANY_ROWS * _WIDTH // _BLOCK * _BLOCK_BYTES
    return DeviceSpeed(
        bytes_per_s=weight_bytes / reading,
        operations_per_s=2.0 * _FEW_ROWS * _WIDTH * _BATCH / computing,
    )


def _fastest(ggml: "_Ggml", backend: int, *, rows: int, columns: int) -> float:
    """Seconds of the fastest of some products of a matrix with so many columns."""
    with ggml.product(backend, rows=rows, columns=columns) as compute:
        end = time.perf_counter() + _SECONDS_EACH
        times: list[float] = []
        while len(times) < _LEAST_RUNS or time.perf_counter() < end:
            begun = time.perf_counter()
            compute()
            times.append(time.perf_counter() - begun)
    return min(times)


class _Parameters(ctypes.Structure):
    """`ggml_init_params` of ggml.h."""

    _fields_ = (
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    )


class _Ggml:
    """The calls of ggml that a product needs."""

    def __init__(self) -> None:
        registry = ggml_library()
        base = ggml_base_library()
        pointer = ctypes.c_void_p
        self._device_of_kind = _declare(registry, "ggml_backend_dev_by_type", pointer, ctypes.c_int)
        self._open = _declare(base, "ggml_backend_dev_init", pointer, pointer, ctypes.c_char_p)
        self._free = _declare(base, "ggml_backend_free", None, pointer)
        self._registry_of = _declare(base, "ggml_backend_dev_backend_reg", pointer, pointer)
        self._address = _declare(
            base, "ggml_backend_reg_get_proc_address", pointer, pointer, ctypes.c_char_p
        )
        self._init = _declare(base, "ggml_init", pointer, _Parameters)
        self._end = _declare(base, "ggml_free", None, pointer)
        dimensions = (ctypes.c_int64, ctypes.c_int64)
        self._tensor = _declare(
            base, "ggml_new_tensor_2d", pointer, pointer, ctypes.c_int, *dimensions
        )
        self._multiply = _declare(base, "ggml_mul_mat", pointer, pointer, pointer, pointer)
        self._graph = _declare(base, "ggml_new_graph", pointer, pointer)
        self._expand = _declare(base, "ggml_build_forward_expand", None, pointer, pointer)
        self._allocate = _declare(base, "ggml_backend_alloc_ctx_tensors", pointer, pointer, pointer)
        self._clear = _declare(base, "ggml_backend_buffer_clear", None, pointer, ctypes.c_uint8)
        self._release = _declare(base, "ggml_backend_buffer_free", None, pointer)
        self._compute = _declare(base, "ggml_backend_graph_compute", ctypes.c_int, pointer, pointer)

    def processor(self) -> int | None:
        """The CPU as a device."""
        found: int | None = self._device_of_kind(_CPU_DEVICE)
        return found

    @contextmanager
    def backend(self, device: int) -> Iterator[int]:
        """A device made ready; a CPU with a thread for each core, as the engine has it."""
        opened = self._open(device, None)
        if not opened:
            raise EngineFailure(Problem.OUT_OF_MEMORY)
        try:
            address = self._address(self._registry_of(device), b"ggml_backend_set_n_threads")
            if address:
                set_threads = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int)(address)
                set_threads(opened, psutil.cpu_count(logical=False) or 1)
            yield opened
        finally:
            self._free(opened)

    @contextmanager
    def product(self, backend: int, *, rows: int, columns: int) -> Iterator[Callable[[], None]]:
        """Weights times inputs, allocated on the device and ready to be computed again."""
        context = self._init(_Parameters(_CONTEXT_BYTES, None, True))
        buffer = None
        try:
            weights = self._tensor(context, _TYPE_Q8_0, _WIDTH, rows)
            inputs = self._tensor(context, _TYPE_F32, _WIDTH, columns)
            result = self._multiply(context, weights, inputs)
            graph = self._graph(context)
            self._expand(graph, result)
            buffer = self._allocate(context, backend)
            if not buffer:
                raise EngineFailure(Problem.OUT_OF_MEMORY)
            # Pages that were never written to would all be the same one page of zeros.
            self._clear(buffer, 1)

            def compute() -> None:
                if self._compute(backend, graph):
                    raise EngineFailure(Problem.UNEXPECTED, "a product was not computed")

            yield compute
        finally:
            if buffer:
                self._release(buffer)
            self._end(context)


def _declare(
    library: ctypes.CDLL, name: str, result: object, *arguments: object
) -> Callable[..., "int | None"]:
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    call: Callable[..., int | None] = function
    return call
