"""What is fetched and installed as one: a model at one precision, and its projector."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from runtime.models.catalogue import CatalogueModel, Quantisation, RemoteFile
from runtime.models.library.models_folder import safe_name


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadItem:
    """The files that make one model work.

    Attributes:
        name: the model's, such as "Qwen3.5 4B"
        quantisation: such as "Q4_K_M"
        repository: "owner/name"
        revision: the commit that sizes and hashes belong to
    """

    name: str
    quantisation: str
    repository: str
    revision: str
    model: RemoteFile
    projector: RemoteFile | None = None

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """All of them, the small one first: a mistake shows early."""
        return (self.projector, self.model) if self.projector else (self.model,)

    @property
    def total_bytes(self) -> int:
        """Of all files together."""
        return sum(file.size_bytes for file in self.files)


def download_item_of(model: CatalogueModel, quantisation: Quantisation) -> DownloadItem:
    """A catalogue's model at one precision, with its projector."""
    return DownloadItem(
        name=model.name,
        quantisation=quantisation.name,
        repository=model.repository,
        revision=model.revision,
        model=quantisation.file,
        projector=model.projector,
    )


def local_name(file: RemoteFile) -> str:
    """What a file is called in the models folder."""
    return safe_name(PurePosixPath(file.name).name)
