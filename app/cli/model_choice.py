"""Finds the model that was named, or picks the best where not everything was named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.cli.models_text import going_on, nothing_of_it_fits, quantisation_taken
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel, Quantisation
from runtime.models.choose import NothingFits, choosable, choose
from runtime.models.library.unfinished_downloads import Unfinished

Look = Callable[[], MachineReport]


def is_called(name: str, called: str) -> bool:
    """Whether a model's name is what somebody calls it, in full or by its size alone."""
    wanted = _plain(called)
    return wanted in (_plain(name), _plain(name.rsplit(" ", 1)[-1]))


def find_model(catalogue: Sequence[CatalogueModel], called: str) -> CatalogueModel | None:
    """The catalogue's model of this name."""
    return next((model for model in catalogue if is_called(model.name, called)), None)


def find_quantisation(model: CatalogueModel, called: str) -> Quantisation | None:
    """A model's form of this name."""
    wanted = _plain(called)
    return next((one for one in model.quantisations if _plain(one.name) == wanted), None)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character not in " -_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What to fetch.

    Attributes:
        reason: why this one, in one sentence
    """

    model: CatalogueModel
    quantisation: Quantisation
    reason: str


def pick_any(
    catalogue: Sequence[CatalogueModel], unfinished: Sequence[Unfinished], look: Look
) -> Pick:
    """What was begun already, else what is best on this computer.

    Raises:
        NothingFits: not even the smallest model fits
    """
    begun = _begun(catalogue, unfinished)
    if begun is not None:
        return begun
    plan = choose(look(), catalogue)
    return _found(catalogue, plan.model, plan.quantisation, plan.reason)


def pick_form(model: CatalogueModel, unfinished: Sequence[Unfinished], look: Look) -> Pick:
    """The form of a model that was begun already, else the best one on this computer.

    Who asks for a model that does not fit gets the smallest that we would choose of it.
    """
    only = (model,)
    # What fits changes with the free memory; the same command must go on with the same files.
    begun = _begun(only, unfinished)
    if begun is not None:
        return begun
    try:
        plan = choose(look(), only)
    except NothingFits:
        least = min(choosable(only), key=lambda candidate: candidate.model.file_bytes)
        reason = nothing_of_it_fits(model.name, least.quantisation)
        return _found(only, least.name, least.quantisation, reason)
    return _found(only, plan.model, plan.quantisation, quantisation_taken(plan))


def _begun(catalogue: Sequence[CatalogueModel], unfinished: Sequence[Unfinished]) -> Pick | None:
    for left in unfinished:
        for model in catalogue:
            quantisation = find_quantisation(model, left.quantisation)
            if model.name == left.name and quantisation is not None:
                reason = going_on(left.name, left.quantisation)
                return Pick(model=model, quantisation=quantisation, reason=reason)
    return None


def _found(catalogue: Sequence[CatalogueModel], name: str, form: str, reason: str) -> Pick:
    return next(
        Pick(model=model, quantisation=quantisation, reason=reason)
        for model in catalogue
        for quantisation in model.quantisations
        if (model.name, quantisation.name) == (name, form)
    )
