"""The right model for a machine, as one explained decision: pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel, Quantisation
from runtime.models.load_option import (
    PATIENCE_S,
    READING_SPEED,
    Candidate,
    LoadOption,
    best_load_option,
    load_options,
)
from runtime.models.load_plan import LoadPlan
from runtime.models.memory_estimate import ModelBytes
from runtime.problems import Problem, RuntimeFailure

_GIB = 1 << 30
# Below these a small model loses more than it saves: its files differ by some 60 MB
# (`facts/qwen35.md` §2).
_LEAST_OF_SMALLEST = "Q4_K_M"
_SMALLEST_PARAMETERS = 1_000_000_000
# A better choice is worth a sentence from this many points on.
_BETTER_POINTS = 1.0
_USEFUL_CONTEXT = 8192


class NothingFits(RuntimeFailure):
    """Not even the smallest model fits.

    Attributes:
        missing_bytes: what it lacks at least
    """

    def __init__(self, missing_bytes: int) -> None:
        super().__init__(Problem.OUT_OF_MEMORY, f"{missing_bytes / _GIB:.1f} GB")
        self.missing_bytes = missing_bytes


def choose(report: MachineReport, catalogue: Sequence[CatalogueModel]) -> LoadPlan:
    """Pick size, quantisation, projector's place, context, KV type and layers together.

    Raises:
        NothingFits: not even the smallest model fits
    """
    best, others = ranked(report, catalogue)
    return replace(plan_of(best), next_better=next_better(report, best, others))


def ranked(
    report: MachineReport, catalogue: Sequence[CatalogueModel]
) -> tuple[LoadOption, list[LoadOption]]:
    """The best way to load one, and one for every other model that may be chosen, best first.

    Raises:
        NothingFits: not even the smallest model fits
    """
    every = [best_load_option(report, candidate) for candidate in choosable(catalogue)]
    fitting = [load_option for load_option in every if load_option.fits]
    if not fitting:
        missing = max((load_option.spare_bytes for load_option in every), default=0)
        raise NothingFits(-missing)
    # Of equals the smaller file: less to fetch, and faster.
    best = max(fitting, key=lambda way: (way.worth, -way.candidate.model.file_bytes))
    others = sorted((way for way in every if way is not best), key=_rank, reverse=True)
    return best, others


def candidate_of(model: CatalogueModel, quantisation: Quantisation) -> Candidate:
    """A model of the catalogue at one quantisation."""
    return Candidate(
        name=model.name,
        quantisation=quantisation.name,
        model=ModelBytes(
            architecture=model.architecture,
            file_bytes=quantisation.file.size_bytes,
            vision=model.vision,
            projector_bytes=model.projector.size_bytes,
            drafts=model.architecture.draft_layers > 0,
        ),
        quality=model.score - quantisation.penalty,
        largest_context=model.architecture.trained_context,
    )


def plan_of(load_option: LoadOption) -> LoadPlan:
    """A way to load a model as the plan that is carried out."""
    setup = load_option.setup
    sees = load_option.candidate.model.vision is not None
    return LoadPlan(
        model=load_option.candidate.name,
        quantisation=load_option.candidate.quantisation,
        context=setup.context,
        kv_type=setup.kv_type,
        gpu_layers=setup.gpu_layers,
        device=setup.device,
        projector_on=setup.projector_on,
        expected_bytes=load_option.memory.main.total,
        allocated_bytes=load_option.memory.main.allocated,
        expected_tokens_per_s=round(load_option.speed.tokens_per_s, 1),
        expected_prompt_s=round(load_option.speed.prompt_s, 3),
        expected_screenshot_s=round(load_option.speed.screenshot_s, 1) if sees else None,
        reason=reason_for(load_option),
    )


def reason_for(load_option: LoadOption) -> str:
    """Why this one, in one sentence."""
    name = f"{load_option.candidate.name} at {load_option.candidate.quantisation}"
    speed = f"about {load_option.speed.tokens_per_s:.0f} tokens a second"
    if not load_option.budget.device:
        return f"{name} is the best that runs on the processor at a readable pace, {speed}."
    if load_option.is_whole:
        return f"{name} is the best that fits on the {load_option.budget.name} whole, with {speed}."
    return (
        f"{name} is the best here although the {load_option.budget.name} holds only a part of it, "
        f"with {speed}."
    )


def next_better(
    report: MachineReport, load_option: LoadOption, others: Sequence[LoadOption]
) -> str:
    """What a better model would need, in one sentence; "" if there is none."""
    better = [
        other.candidate
        for other in others
        if other.candidate.quality >= load_option.candidate.quality + _BETTER_POINTS
    ]
    if not better:
        return ""
    ways = [
        max(
            (
                way
                for way in load_options(report, candidate, context=_USEFUL_CONTEXT)
                if way.is_whole
            ),
            key=lambda way: way.spare_bytes,
        )
        for candidate in better
    ]
    # What has memory for a better model and is too slow for it is not helped by more.
    is_slow = any(way.fits and (not way.budget.device or _crawls(way)) for way in ways)
    missing = [] if is_slow else [way for way in ways if not way.fits]
    nearest = max(missing or ways, key=lambda way: (way.spare_bytes, way.speed.tokens_per_s))
    name = f"{nearest.candidate.name} at {nearest.candidate.quantisation}"
    place = f"on the {nearest.budget.name}" if nearest.budget.device else "memory"
    if missing:
        amount = max(-nearest.spare_bytes / _GIB, 0.1)
        return f"{name} would need {amount:.1f} GB more {place}."
    fastest = max(
        (way for way in ways if way.fits or not is_slow), key=lambda way: way.speed.tokens_per_s
    )
    name = f"{fastest.candidate.name} at {fastest.candidate.quantisation}"
    pace = f"{fastest.speed.tokens_per_s:.0f} tokens a second"
    wait = f"{fastest.speed.screenshot_s:.0f} seconds for a screenshot"
    return f"{name} would fit, but write only about {pace} and take {wait}."


def choosable(catalogue: Sequence[CatalogueModel]) -> Iterator[Candidate]:
    """Every model at every quantisation that may be chosen without a person."""
    for model in catalogue:
        is_smallest = model.architecture.parameters < _SMALLEST_PARAMETERS
        least = next(
            (each.penalty for each in model.quantisations if each.name == _LEAST_OF_SMALLEST), 0.0
        )
        for quantisation in model.quantisations:
            if quantisation.is_manual or (is_smallest and quantisation.penalty > least):
                continue
            yield candidate_of(model, quantisation)


def _crawls(load_option: LoadOption) -> bool:
    speed = load_option.speed
    return speed.tokens_per_s < READING_SPEED or speed.screenshot_s > PATIENCE_S


def _rank(load_option: LoadOption) -> tuple[bool, float]:
    return load_option.fits, load_option.worth
