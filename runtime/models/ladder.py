"""What to give up, one step at a time, when a model did not fit after all: pure."""

from collections.abc import Sequence
from dataclasses import replace

from runtime.models.estimate import ModelBytes, Setup, estimate
from runtime.models.load_plan import LoadPlan
from runtime.models.prospect import SMALLEST_CONTEXT, Candidate
from runtime.requests import KvType, ProjectorPlace


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
        return _expecting(_with_fewer_layers(plan, model.shape.layers), model), candidate
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
    setup = Setup(
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
