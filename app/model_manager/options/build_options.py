"""Works out what every model would cost on this machine: pure, apart from reading headers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from app.model_manager.inventory_snapshot import Known
from app.model_manager.measurements import likely_pace, machine_key
from app.model_manager.model_options import (
    DEMO_NAME,
    FirstLook,
    Fit,
    MemoryUse,
    Offer,
    OfferKey,
    Offers,
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
from runtime.models.load_option import READING_SPEED, Candidate, Prospect, best_prospect

_MOST_ALTERNATIVES = 3
_DEMO_CONTEXT = 4096


class Offering:
    """Composes the offers; remembers what was chosen for the newest look at the machine."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._ranked_for: MachineReport | None = None
        self._ranked: tuple[Prospect, list[Prospect]] | NothingFits | None = None

    def compose(self, known: Known) -> Offers:
        """Every model of the catalogue and of the models folder, and the demonstration."""
        report = known.report
        if report is None:
            return Offers()
        choice = self._choice(known, report)
        best = None if isinstance(choice, NothingFits) else _key(choice[0].candidate)
        offers = [
            replace(offer, is_recommended=offer.key == best)
            for offer in (*self._of_catalogue(known, report), *self._imported(known, report))
        ]
        by_key = {offer.key: offer for offer in offers}
        return Offers(
            offers=(*offers, *_demo(report)),
            first_look=_first_look(report, choice, by_key),
            is_first_run=known.is_first_run,
            context=known.context,
        )

    def _choice(
        self, known: Known, report: MachineReport
    ) -> tuple[Prospect, list[Prospect]] | NothingFits:
        if self._ranked is None or self._ranked_for is not report:
            try:
                self._ranked = ranked(report, known.catalogue)
            except NothingFits as nothing:
                self._ranked = nothing
            self._ranked_for = report
        return self._ranked

    def _of_catalogue(self, known: Known, report: MachineReport) -> list[Offer]:
        return [
            _offer(
                known,
                best_prospect(report, candidate, context=known.context),
                size=model.size,
                quality=quality_in_words(quantisation.name, quantisation.penalty),
                download_bytes=quantisation.file.size_bytes + model.projector.size_bytes,
            )
            for model, quantisation, candidate in self._candidates.of_catalogue(known.catalogue)
        ]

    def _imported(self, known: Known, report: MachineReport) -> list[Offer]:
        listed = {
            _key(candidate)
            for _model, _quantisation, candidate in self._candidates.of_catalogue(known.catalogue)
        }
        offers = []
        for model in known.inventory.installed:
            candidate = self._candidates.of_installed(known, model)
            if candidate is None or _key(candidate) in listed:
                continue
            prospect = best_prospect(report, candidate, context=known.context)
            offers.append(
                _offer(known, prospect, size="", quality="", download_bytes=model.size_bytes)
            )
        return offers


def _offer(
    known: Known, prospect: Prospect, *, size: str, quality: str, download_bytes: int
) -> Offer:
    candidate, parts = prospect.candidate, prospect.memory.main
    place = prospect.budget.name if prospect.budget.device else "RAM"
    machine = "" if known.report is None else machine_key(known.report)
    spare = prospect.spare_bytes
    pace = partial(likely_pace, machine=machine, device=prospect.budget.device, key=_key(candidate))
    return Offer(
        model=candidate.name,
        size=size,
        quantisation=candidate.quantisation,
        fit=_fit(prospect),
        memory=MemoryUse(
            weights=parts.weights,
            context=parts.kv + parts.recurrent + parts.compute + parts.overhead,
            pictures=parts.projector + parts.picture,
            free=prospect.budget.free_bytes - parts.total if prospect.fits else spare,
            place=place,
        ),
        tokens_per_s=prospect.speed.tokens_per_s * pace(known.learnt.paces),
        picture_s=(
            prospect.speed.screenshot_s / pace(known.learnt.reading_paces)
            if candidate.model.vision
            else None
        ),
        quality=quality,
        download_bytes=download_bytes,
        context=prospect.setup.context,
        largest_context=candidate.largest_context,
        is_installed=known.installed(_key(candidate)) is not None,
        warning="" if prospect.fits else warning_in_words(-spare, place),
    )


def _fit(prospect: Prospect) -> Fit:
    if not prospect.fits:
        return Fit.NOT
    return Fit.FULLY if prospect.is_whole else Fit.PARTLY


def _first_look(
    report: MachineReport,
    choice: tuple[Prospect, list[Prospect]] | NothingFits,
    by_key: dict[OfferKey, Offer],
) -> FirstLook:
    notes = tuple(findings_in_words(report))
    if isinstance(choice, NothingFits):
        return FirstLook(
            found=machine_in_words(report),
            recommendation=None,
            reason=nothing_fits_in_words(choice.missing_bytes),
            next_better="",
            notes=notes,
            alternatives=(),
        )
    best, others = choice
    return FirstLook(
        found=machine_in_words(report),
        recommendation=by_key[_key(best.candidate)],
        reason=reason_for(best),
        next_better=next_better(report, best, others),
        notes=notes,
        alternatives=tuple(by_key[key] for key in _alternatives(best, others)),
    )


def _alternatives(best: Prospect, others: Sequence[Prospect]) -> list[OfferKey]:
    """The best of each other size that fits and does not crawl."""
    seen = {best.candidate.name}
    keys: list[OfferKey] = []
    for other in others:
        is_quick = other.speed.tokens_per_s >= READING_SPEED / 2
        is_new = other.candidate.name not in seen
        if other.fits and is_quick and is_new and len(keys) < _MOST_ALTERNATIVES:
            seen.add(other.candidate.name)
            keys.append(_key(other.candidate))
    return keys


def _demo(report: MachineReport) -> tuple[Offer, ...]:
    files = demo_model_files()
    if not files.model.is_file() or files.projector is None:
        return ()
    weights, pictures = files.model.stat().st_size, files.projector.stat().st_size
    free = budgets(report)[-1].free_bytes - weights - pictures
    return (
        Offer(
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


def _key(candidate: Candidate) -> OfferKey:
    return candidate.name, candidate.quantisation
