"""The models we know: what they are called, where they are fetched from, how good they are."""

from dataclasses import dataclass

from runtime.models.shape import ModelShape, VisionShape


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One file of a repository at its pinned revision.

    Attributes:
        name: its name in the repository
        size_bytes: good enough to plan with
        sha256: in hex; None where nobody published it
        size_is_exact: whether the size is the file's to the byte; otherwise it was published
            rounded, and a download has the server say
    """

    name: str
    size_bytes: int
    sha256: str | None = None
    size_is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantisation:
    """A model at one precision.

    Attributes:
        name: llama.cpp's term, such as "Q4_K_M"
        penalty: quality lost to the quantisation, in points of the model's score
        is_manual: only for a person to pick; never chosen by us
    """

    name: str
    file: RemoteFile
    penalty: float
    is_manual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueModel:
    """One size of a model family with all its files.

    Attributes:
        name: for people, such as "Qwen3.5 4B"
        size: such as "4B"
        repository: "owner/name" on Hugging Face; ModelScope mirrors it under the same name
        revision: the commit all sizes and hashes belong to
        licence: SPDX name
        score: mean of published benchmarks, unquantised, 0 to 100
        benchmarks: published scores by name, as a quality hint for people
        quantisations: smallest file first
        projector: the vision projector to fetch along
    """

    name: str
    size: str
    repository: str
    revision: str
    licence: str
    score: float
    benchmarks: dict[str, float]
    shape: ModelShape
    vision: VisionShape
    quantisations: tuple[Quantisation, ...]
    projector: RemoteFile
