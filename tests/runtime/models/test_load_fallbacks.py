"""What is given up when a model did not fit after all."""

from dataclasses import replace

from helpers.machines import machine

from runtime.models.catalogue import load_catalogue
from runtime.models.choose import candidate_of, choose
from runtime.models.load_option import Candidate
from runtime.models.load_plan import LoadPlan, next_step
from runtime.requests import KvType, ProjectorPlace

CATALOGUE = load_catalogue()


def candidate(plan: LoadPlan) -> Candidate:
    model = next(model for model in CATALOGUE if model.name == plan.model)
    found = next(each for each in model.quantisations if each.name == plan.quantisation)
    return candidate_of(model, found)


def test_that_fallbacks_are_tried_in_their_order_to_the_last() -> None:
    plan: LoadPlan = replace(choose(machine(16, 8), CATALOGUE), kv_type=KvType.F16, context=16_384)
    assert plan.projector_on is ProjectorPlace.GPU
    model = CATALOGUE[-1]
    smaller = candidate_of(model, model.quantisations[5])
    steps = [plan]
    now = candidate(plan)
    others = [smaller]
    while (step := next_step(steps[-1], now, others)) is not None:
        if step[1] is not now:
            others = []
        steps.append(step[0])
        now = step[1]
    assert steps[1].projector_on is ProjectorPlace.CPU
    layers = [step.gpu_layers for step in steps[1:]]
    assert layers[0] == -1
    assert layers[1:] == sorted(layers[1:], reverse=True)
    assert layers[-1] == 0
    contexts = [step.context for step in steps]
    assert contexts == sorted(contexts, reverse=True)
    assert contexts[-1] == 4096
    assert [step.kv_type for step in steps[-3:]] == [KvType.F16, KvType.Q8_0, KvType.Q8_0]
    assert steps[-1].quantisation == smaller.quantisation
    assert len(steps) < 16


def test_that_each_step_takes_less_where_it_runs() -> None:
    plan = choose(machine(32, 12), CATALOGUE)
    before = plan.expected_bytes
    now = candidate(plan)
    while (step := next_step(plan, now)) is not None:
        plan, now = step
        if plan.gpu_layers == 0:
            return
        assert plan.expected_bytes < before
        before = plan.expected_bytes
