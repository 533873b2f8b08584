"""How a model shall be loaded on a machine, and what to give up when it did not fit: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runtime.models.load_option import SMALLEST_CONTEXT, Candidate
from runtime.models.memory_estimate import LoadSetup, ModelBytes, estimate
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


def next_step(
    plan: LoadPlan, candidate: Candidate, smaller: Sequence[Candidate] = ()
) -> tuple[LoadPlan, Candidate] | None:
    """The next smaller plan.

    In this order: projector to the CPU, fewer layers, less context, a quantised cache, a smaller
    quantisation.

    Args:
        plan: what did not fit
        candidate: its model
        smaller: the same model at smaller quantisations that are installed, largest first

    Returns:
        the plan and its model; None at the bottom
    """
    model = candidate.model
    if plan.gpu_layers and plan.projector_on is ProjectorPlace.GPU:
        return _expecting(replace(plan, projector_on=ProjectorPlace.CPU), model), candidate
    if plan.gpu_layers:
        return _expecting(_with_fewer_layers(plan, model.architecture.layers), model), candidate
    if plan.context > SMALLEST_CONTEXT:
        context = max(plan.context // 2, SMALLEST_CONTEXT)
        return _expecting(replace(plan, context=context), model), candidate
    if plan.kv_type is KvType.F16:
        return _expecting(replace(plan, kv_type=KvType.Q8_0), model), candidate
    if smaller:
        less = replace(plan, quantisation=smaller[0].quantisation)
        return _expecting(less, smaller[0].model), smaller[0]
    return None


def _with_fewer_layers(plan: LoadPlan, layers: int) -> LoadPlan:
    now = layers + 1 if plan.gpu_layers < 0 else plan.gpu_layers
    fewer = now - max(layers // 4, 1)
    if fewer > 0:
        return replace(plan, gpu_layers=fewer)
    return replace(plan, gpu_layers=0, device="")


def _expecting(plan: LoadPlan, model: ModelBytes) -> LoadPlan:
    """The plan with the memory it is now expected to take."""
    setup = LoadSetup(
        context=plan.context,
        kv_type=plan.kv_type,
        gpu_layers=plan.gpu_layers,
        projector_on=plan.projector_on,
        device=plan.device,
    )
    parts = estimate(model, setup).main
    return replace(
        plan, expected_bytes=parts.total, allocated_bytes=parts.allocated, next_better=""
    )
