"""How a model shall be loaded on a machine, as one explained decision."""

from dataclasses import dataclass

from runtime.requests import KvType, ProjectorPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """Everything that is decided before a model is loaded.

    Attributes:
        model: the catalogue's name, such as "Qwen3.5 4B", or that of an imported file
        quantisation: such as "Q4_K_M"
        context: tokens of context
        gpu_layers: layers on the graphics device, the output counted as one as in llama.cpp;
            0 is a pure CPU run, -1 all of them
        device: ggml's name of the graphics device, "" for the CPU
        expected_bytes: memory on the device (RAM for a CPU run), all told, without margin
        allocated_bytes: what llama.cpp will report of them once the model is loaded
        expected_tokens_per_s: decode speed; None where nothing is known about the device
        expected_prompt_s: seconds for 1,000 tokens of prompt, likewise
        expected_screenshot_s: seconds for a screenshot; None also where the model cannot see
        reason: one sentence for people
        next_better: one sentence: which choice would be better and what it would need; "" if
            there is none
    """

    model: str
    quantisation: str
    context: int
    kv_type: KvType
    gpu_layers: int
    device: str
    projector_on: ProjectorPlace
    expected_bytes: int
    expected_tokens_per_s: float | None
    reason: str
    next_better: str = ""
    allocated_bytes: int = 0
    expected_prompt_s: float | None = None
    expected_screenshot_s: float | None = None
