"""llama.cpp's words about memory, and what they say."""

from runtime.engine.llama_log import buffers_of
from runtime.events import BufferKind

MIB = 1 << 20
LINES = (
    "load_tensors:   CPU_Mapped model buffer size =   638.91 MiB",
    "load_tensors:      Vulkan0 model buffer size =   124.50 MiB",
    "llama_kv_cache:        CPU KV buffer size =     4.00 MiB",
    "llama_kv_cache:    Vulkan0 KV buffer size =     2.00 MiB",
    "llama_memory_recurrent:    Vulkan0 RS buffer size =    19.25 MiB",
    "llama_context: Vulkan_Host  output buffer size =     0.95 MiB",
    "sched_reserve:    Vulkan0 compute buffer size =     6.89 MiB",
    "clip_ctx: CLIP using Vulkan0 backend",
    "load_hparams: model size:         195.50 MiB",
    "reserve_compute_meta:    Vulkan0 compute buffer size =   161.31 MiB",
    "compute buffer size is 6.89 MiB, matches expectation of 6.89 MiB",
)


def sizes(*lines: str) -> dict[tuple[BufferKind, str], int]:
    return {(buffer.kind, buffer.device): buffer.size_bytes for buffer in buffers_of(lines)}


def test_that_every_kind_of_memory_is_found_where_it_is() -> None:
    found = sizes(*LINES)
    assert found == {
        (BufferKind.WEIGHTS, "CPU"): round(638.91 * MIB),
        (BufferKind.WEIGHTS, "Vulkan0"): round(124.5 * MIB),
        (BufferKind.KV, "CPU"): 4 * MIB,
        (BufferKind.KV, "Vulkan0"): 2 * MIB,
        (BufferKind.RECURRENT, "Vulkan0"): round(19.25 * MIB),
        (BufferKind.OUTPUT, "CPU"): round(0.95 * MIB),
        (BufferKind.COMPUTE, "Vulkan0"): round(6.89 * MIB),
        (BufferKind.PROJECTOR, "Vulkan0"): round(195.5 * MIB),
        (BufferKind.PROJECTOR_COMPUTE, "Vulkan0"): round(161.31 * MIB),
    }


def test_that_several_buffers_of_a_kind_add_up() -> None:
    line = "llama_kv_cache:        CPU KV buffer size =     4.00 MiB"
    assert sizes(line, line) == {(BufferKind.KV, "CPU"): 8 * MIB}


def test_that_nothing_said_is_nothing_taken() -> None:
    assert buffers_of(()) == ()
