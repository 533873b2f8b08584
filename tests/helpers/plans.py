"""Plans for tests: a model that wants a card of its own."""

from runtime.models.load_plan import LoadPlan
from runtime.requests import KvType, ProjectorPlace

PLAN = LoadPlan(
    model="Qwen3.5 4B",
    quantisation="Q4_K_M",
    context=32768,
    kv_type=KvType.F16,
    gpu_layers=33,
    device="Vulkan0",
    projector_on=ProjectorPlace.GPU,
    expected_bytes=5 << 30,
    expected_tokens_per_s=None,
    reason="It fits.",
)
