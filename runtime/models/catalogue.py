"""The models we know, and how the file that lists them is read."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from runtime.models.architecture import ModelArchitecture, VisionArchitecture
from runtime.models.checked_table import CheckedTable, WrongTable
from runtime.problems import Problem, RuntimeFailure

_FORMAT = 1
# A name becomes part of an address and of a path, so it is nothing but a name.
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"


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
    architecture: ModelArchitecture
    vision: VisionArchitecture
    quantisations: tuple[Quantisation, ...]
    projector: RemoteFile


def load_catalogue(path: Path | None = None) -> tuple[CatalogueModel, ...]:
    """The models we know, smallest first.

    Args:
        path: a file in the form of `resources/models.toml`, which is the one that is read
            otherwise

    Raises:
        RuntimeFailure: CATALOGUE_UNUSABLE, with what is wrong and where
    """
    try:
        text = (path or _shipped()).read_bytes().decode()
        return _read(CheckedTable(tomllib.loads(text), ""))
    except OSError as error:
        raise _failure(error.strerror or "it cannot be read") from error
    except UnicodeDecodeError as error:
        raise _failure("it is no text") from error
    except RecursionError as error:
        raise _failure("it is nested too deeply") from error
    # tomllib's own errors, which name line and column, are ValueErrors like ours.
    except ValueError as error:
        raise _failure(str(error)) from error


def _shipped() -> Path:
    return Path(str(files("resources"))) / "models.toml"


def _failure(detail: str) -> RuntimeFailure:
    return RuntimeFailure(Problem.CATALOGUE_UNUSABLE, detail)


def _read(table: CheckedTable) -> tuple[CatalogueModel, ...]:
    if table.whole("format") != _FORMAT:
        raise WrongTable(f"“format” must be {_FORMAT}")
    penalties = table.table("penalty").numbers()
    models = table.each("model", partial(_read_model, penalties=penalties))
    table.finish()
    _check_unlike([model.name for model in models], "model", "name")
    _check_unlike([model.size for model in models], "model", "size")
    for smaller, larger in pairwise(models):
        if smaller.architecture.parameters > larger.architecture.parameters:
            raise WrongTable(f"{larger.name} must stand before {smaller.name}")
    return models


def _read_model(table: CheckedTable, *, penalties: Mapping[str, float]) -> CatalogueModel:
    table.where = f"{table.where} ({table.text('name')})"
    scale = table.number("penalty_scale")
    quantisations = table.each(
        "quantisation", partial(_read_quantisation, penalties=penalties, scale=scale)
    )
    _check_unlike([each.name for each in quantisations], table.where, "quantisation")
    for smaller, larger in pairwise(quantisations):
        if smaller.file.size_bytes > larger.file.size_bytes:
            raise WrongTable(f"{table.where}: {larger.name} must stand before {smaller.name}")
    projector = table.table("projector")
    model = CatalogueModel(
        name=table.text("name"),
        size=table.text("size", r"\d+(\.\d+)?B"),
        repository=table.text("repository", f"{_NAME}/{_NAME}"),
        revision=table.text("revision", r"[0-9a-f]{40}"),
        licence=table.text("licence"),
        score=table.number("score"),
        benchmarks=table.table("benchmarks").numbers(),
        architecture=_read_shape(table.table("shape")),
        vision=_read_vision(table.table("vision")),
        quantisations=quantisations,
        projector=_read_file(projector),
    )
    projector.finish()
    return model


def _read_quantisation(
    table: CheckedTable, *, penalties: Mapping[str, float], scale: float
) -> Quantisation:
    name = table.text("name", _NAME)
    table.where = f"{table.where} ({name})"
    if name not in penalties:
        raise WrongTable(f"{table.where}: [penalty] says nothing about {name}")
    return Quantisation(
        name=name,
        file=_read_file(table),
        penalty=penalties[name] * scale,
        is_manual=table.flag("manual", otherwise=False),
    )


def _read_file(table: CheckedTable) -> RemoteFile:
    return RemoteFile(
        name=table.text("file", rf"{_NAME}\.gguf"),
        size_bytes=table.whole("bytes"),
        sha256=table.optional_text("sha256", r"[0-9a-f]{64}"),
        size_is_exact=table.flag("exact", otherwise=True),
    )


def _read_shape(table: CheckedTable) -> ModelArchitecture:
    architecture = ModelArchitecture(
        **{
            field.name: table.whole(field.name)
            for field in fields(ModelArchitecture)
            if field.name not in ("tied_embeddings", "draft_layers")
        },
        tied_embeddings=table.flag("tied_embeddings"),
        draft_layers=table.whole("draft_layers", lowest=0),
    )
    table.finish()
    if architecture.attention_layers > architecture.layers:
        raise WrongTable(f"{table.where}: “attention_layers” must not be more than “layers”")
    return architecture


def _read_vision(table: CheckedTable) -> VisionArchitecture:
    vision = VisionArchitecture(
        **{field.name: table.whole(field.name) for field in fields(VisionArchitecture)}
    )
    table.finish()
    return vision


def _check_unlike(names: Sequence[str], where: str, what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise WrongTable(f"{where}: the {what} {name} is given twice")
