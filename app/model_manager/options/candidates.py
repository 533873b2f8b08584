"""What could be loaded, with the figures that decide how it would run."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.model_manager.inventory_snapshot import InventorySnapshot
from app.model_manager.model_options import ModelKey
from app.platform import log
from runtime.models.catalogue import CatalogueModel, Quantisation
from runtime.models.choose import candidate_of
from runtime.models.installed_model import InstalledModel
from runtime.models.load_option import Candidate
from runtime.models.memory_estimate import ModelBytes
from runtime.problems import RuntimeFailure

# What is read of a file that the catalogue does not know, until the program ends.
_MOST_READ = 200


class Candidates:
    """Finds a model's figures: in the catalogue, else in its own file."""

    def __init__(self) -> None:
        self._read: dict[Path, Candidate | None] = {}

    def of_catalogue(
        self, catalogue: Sequence[CatalogueModel]
    ) -> Iterator[tuple[CatalogueModel, Quantisation, Candidate]]:
        """Every file of the catalogue."""
        for model in catalogue:
            for quantisation in model.quantisations:
                yield model, quantisation, candidate_of(model, quantisation)

    def of_installed(self, snapshot: InventorySnapshot, model: InstalledModel) -> Candidate | None:
        """A model on this computer; None if its file says nothing that can be used."""
        key: ModelKey = (model.name, model.quantisation)
        for _model, _quantisation, candidate in self.of_catalogue(snapshot.catalogue):
            if (candidate.name, candidate.quantisation) == key:
                return candidate
        return self._of_file(snapshot.catalogue, model)

    def _of_file(
        self, catalogue: Sequence[CatalogueModel], model: InstalledModel
    ) -> Candidate | None:
        path = model.files.model
        if path not in self._read:
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            self._read[path] = _read_candidate(catalogue, model)
        return self._read[path]


def _read_candidate(catalogue: Sequence[CatalogueModel], model: InstalledModel) -> Candidate | None:
    # Reading a header takes numpy, which the window otherwise does without.
    from runtime.models.gguf_facts import read_model_facts, read_projector_facts

    try:
        facts = read_model_facts(model.files.model)
        projector = read_projector_facts(model.files.projector) if model.files.projector else None
    except (RuntimeFailure, OSError) as error:
        log.models.info("a model's header says nothing: %s", type(error).__name__)
        return None
    return Candidate(
        name=model.name,
        quantisation=model.quantisation,
        model=ModelBytes(
            architecture=facts.architecture,
            file_bytes=facts.size_bytes,
            vision=projector.vision if projector else None,
            projector_bytes=projector.size_bytes if projector else 0,
            drafts=facts.architecture.draft_layers > 0,
        ),
        quality=_likely_quality(catalogue, facts.architecture.parameters, model.quantisation),
        largest_context=facts.architecture.trained_context,
    )


def _likely_quality(
    catalogue: Sequence[CatalogueModel], parameters: int, quantisation: str
) -> float:
    """What the catalogue's model of that size scores; 0 for one that is smaller than all."""
    likely = 0.0
    for model in sorted(catalogue, key=lambda model: model.architecture.parameters):
        if parameters < model.architecture.parameters * 0.9:
            break
        penalties = {each.name: each.penalty for each in model.quantisations}
        likely = model.score - penalties.get(quantisation, 0.0)
    return likely
