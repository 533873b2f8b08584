"""Finds models by what a person calls them: "4B", "qwen3.5-4b", "Qwen3.5 4B"."""

from collections.abc import Sequence

from runtime.models.catalogue import CatalogueModel, Quantisation


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
