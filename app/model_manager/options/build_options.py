"""Works out what every model would cost on this machine: pure, apart from reading headers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.measurements import likely_pace, machine_key
from app.model_manager.model_options import (
    DEMO_NAME,
    FirstRunSummary,
    Fit,
    MemoryUse,
    ModelKey,
    ModelOption,
    ModelOptions,
)
from app.model_manager.options.candidates import Candidates
from app.notifications.hardware_messages import (
    findings_in_words,
    machine_in_words,
    nothing_fits_in_words,
    quality_in_words,
    warning_in_words,
)
from runtime.hardware.memory_budget import budgets
from runtime.hardware.report import MachineReport
from runtime.models.choose import NothingFits, next_better, ranked, reason_for
from runtime.models.installed_model import demo_model_files
from runtime.models.load_option import READING_SPEED, Candidate, LoadOption, best_load_option

_MOST_ALTERNATIVES = 3
_DEMO_CONTEXT = 4096


class OptionsBuilder:
    """Composes the options; remembers what was chosen for the newest look at the machine."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._ranked_for: MachineReport | None = None
        self._ranked: tuple[LoadOption, list[LoadOption]] | NothingFits | None = None

    def compose(self, snapshot: InventorySnapshot) -> ModelOptions:
        """Every model of the catalogue and of the models folder, and the demonstration."""
        report = snapshot.report
        if report is None:
            return ModelOptions()
        choice = self._choice(snapshot, report)
        best = None if isinstance(choice, NothingFits) else _key(choice[0].candidate)
        options = [
            replace(option, is_recommended=option.key == best)
            for option in (*self._of_catalogue(snapshot, report), *self._imported(snapshot, report))
        ]
        by_key = {option.key: option for option in options}
        return ModelOptions(
            options=(*options, *_demo(report)),
            first_look=_first_look(report, choice, by_key),
            is_first_run=snapshot.is_first_run,
            context=snapshot.context,
        )

    def _choice(
        self, snapshot: InventorySnapshot, report: MachineReport
    ) -> tuple[LoadOption, list[LoadOption]] | NothingFits:
        if self._ranked is None or self._ranked_for is not report:
            try:
                self._ranked = ranked(report, snapshot.catalogue)
            except NothingFits as nothing:
                self._ranked = nothing
            self._ranked_for = report
        return self._ranked

    def _of_catalogue(
        self, snapshot: InventorySnapshot, report: MachineReport
    ) -> list[ModelOption]:
        return [
            _option(
                snapshot,
                best_load_option(report, candidate, context=snapshot.context),
                size=model.size,
                quality=quality_in_words(quantisation.name, quantisation.penalty),
                download_bytes=quantisation.file.size_bytes + model.projector.size_bytes,
            )
            for model, quantisation, candidate in self._candidates.of_catalogue(snapshot.catalogue)
        ]

    def _imported(self, snapshot: InventorySnapshot, report: MachineReport) -> list[ModelOption]:
        listed = {
            _key(candidate)
            for _model, _quantisation, candidate in self._candidates.of_catalogue(
                snapshot.catalogue
            )
        }
        options = []
        for model in snapshot.inventory.installed:
            candidate = self._candidates.of_installed(snapshot, model)
            if candidate is None or _key(candidate) in listed:
                continue
            load_option = best_load_option(report, candidate, context=snapshot.context)
            options.append(
                _option(snapshot, load_option, size="", quality="", download_bytes=model.size_bytes)
            )
        return options


def _option(
    snapshot: InventorySnapshot,
    load_option: LoadOption,
    *,
    size: str,
    quality: str,
    download_bytes: int,
) -> ModelOption:
    candidate, parts = load_option.candidate, load_option.memory.main
    place = load_option.budget.name if load_option.budget.device else "RAM"
    machine = "" if snapshot.report is None else machine_key(snapshot.report)
    spare = load_option.spare_bytes
    pace = partial(
        likely_pace, machine=machine, device=load_option.budget.device, key=_key(candidate)
    )
    return ModelOption(
        model=candidate.name,
        size=size,
        quantisation=candidate.quantisation,
        fit=_fit(load_option),
        memory=MemoryUse(
            weights=parts.weights,
            context=parts.kv + parts.recurrent + parts.compute + parts.overhead,
            pictures=parts.projector + parts.picture,
            free=load_option.budget.free_bytes - parts.total if load_option.fits else spare,
            place=place,
        ),
        tokens_per_s=load_option.speed.tokens_per_s * pace(snapshot.measurements.paces),
        picture_s=(
            load_option.speed.screenshot_s / pace(snapshot.measurements.reading_paces)
            if candidate.model.vision
            else None
        ),
        quality=quality,
        download_bytes=download_bytes,
        context=load_option.setup.context,
        largest_context=candidate.largest_context,
        is_installed=snapshot.installed(_key(candidate)) is not None,
        warning="" if load_option.fits else warning_in_words(-spare, place),
    )


def _fit(load_option: LoadOption) -> Fit:
    if not load_option.fits:
        return Fit.NOT
    return Fit.FULLY if load_option.is_whole else Fit.PARTLY


def _first_look(
    report: MachineReport,
    choice: tuple[LoadOption, list[LoadOption]] | NothingFits,
    by_key: dict[ModelKey, ModelOption],
) -> FirstRunSummary:
    notes = tuple(findings_in_words(report))
    if isinstance(choice, NothingFits):
        return FirstRunSummary(
            found=machine_in_words(report),
            recommendation=None,
            reason=nothing_fits_in_words(choice.missing_bytes),
            next_better="",
            notes=notes,
            alternatives=(),
        )
    best, others = choice
    return FirstRunSummary(
        found=machine_in_words(report),
        recommendation=by_key[_key(best.candidate)],
        reason=reason_for(best),
        next_better=next_better(report, best, others),
        notes=notes,
        alternatives=tuple(by_key[key] for key in _alternatives(best, others)),
    )


def _alternatives(best: LoadOption, others: Sequence[LoadOption]) -> list[ModelKey]:
    """The best of each other size that fits and does not crawl."""
    seen = {best.candidate.name}
    keys: list[ModelKey] = []
    for other in others:
        is_quick = other.speed.tokens_per_s >= READING_SPEED / 2
        is_new = other.candidate.name not in seen
        if other.fits and is_quick and is_new and len(keys) < _MOST_ALTERNATIVES:
            seen.add(other.candidate.name)
            keys.append(_key(other.candidate))
    return keys


def _demo(report: MachineReport) -> tuple[ModelOption, ...]:
    files = demo_model_files()
    if not files.model.is_file() or files.projector is None:
        return ()
    weights, pictures = files.model.stat().st_size, files.projector.stat().st_size
    free = budgets(report)[-1].free_bytes - weights - pictures
    return (
        ModelOption(
            model=DEMO_NAME,
            size="",
            quantisation="",
            fit=Fit.FULLY,
            memory=MemoryUse(weights=weights, context=0, pictures=pictures, free=free, place="RAM"),
            tokens_per_s=None,
            picture_s=None,
            quality="only to try the program out",
            download_bytes=0,
            context=_DEMO_CONTEXT,
            largest_context=_DEMO_CONTEXT,
            is_installed=True,
            is_demo=True,
        ),
    )


def _key(candidate: Candidate) -> ModelKey:
    return candidate.name, candidate.quantisation
