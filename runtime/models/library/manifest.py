"""What a model's folder says of the model in it, once it is complete and verified."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.models.installed_model import InstalledModel
from runtime.requests import ModelFiles
from runtime.safe_file import replace_file

MANIFEST_NAME = "model.json"

_FORMAT = 1
# FAT keeps times in steps of two seconds, and in local time, which summer shifts by an hour.
_STEP_S = 2
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """One of a model's files.

    Attributes:
        path: relative to the model's folder; absolute for a file that stays where the user has it
        modified_s: when it was last written, as seconds since 1970
        sha256: in hex; None for a file that was not hashed, because it is only looked at
    """

    path: str
    size_bytes: int
    modified_s: float
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A model that was verified.

    Attributes:
        name: the catalogue's, or an imported file's own
        quantisation: such as "Q4_K_M"
        verified: when, as ISO 8601 in UTC
    """

    name: str
    quantisation: str
    verified: str
    model: ManifestFile
    projector: ManifestFile | None = None

    @property
    def files(self) -> tuple[ManifestFile, ...]:
        """All of them."""
        return (self.model, self.projector) if self.projector else (self.model,)

    @property
    def is_ours(self) -> bool:
        """Whether the files lie in the model's folder."""
        return not Path(self.model.path).is_absolute()

    def installed_in(self, folder: Path) -> InstalledModel:
        """The model as the rest of the program knows it."""
        projector = self.projector
        return InstalledModel(
            name=self.name,
            quantisation=self.quantisation,
            files=ModelFiles(
                model=folder / self.model.path,
                projector=folder / projector.path if projector else None,
            ),
            size_bytes=sum(file.size_bytes for file in self.files),
            is_ours=self.is_ours,
        )


def manifest_file(path: Path, *, stored_as: str, sha256: str | None) -> ManifestFile:
    """Describe a file as it is now.

    Raises:
        OSError: it cannot be looked at
    """
    status = path.stat()
    return ManifestFile(
        path=stored_as, size_bytes=status.st_size, modified_s=status.st_mtime, sha256=sha256
    )


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a model's folder; None if there is none that can be used."""
    try:
        content = json.loads((folder / MANIFEST_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    match content:
        case {
            "format": int(),
            "name": str(name),
            "quantisation": str(quantisation),
            "verified": str(verified),
            "model": dict(model),
            "projector": projector,
        }:
            model_file = _file(model)
            projector_file = _file(projector) if projector is not None else None
            if model_file is None or (projector is not None and projector_file is None):
                return None
            return Manifest(
                name=name,
                quantisation=quantisation,
                verified=verified,
                model=model_file,
                projector=projector_file,
            )
    return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest; from then on the model counts as installed.

    Raises:
        OSError: it cannot be written
    """
    content = json.dumps({"format": _FORMAT, **asdict(manifest)}, indent=2)
    replace_file(folder / MANIFEST_NAME, content.encode())


def is_as_verified(path: Path, file: ManifestFile) -> bool:
    """Whether a file is still the one that was verified, as far as size and time tell.

    Raises:
        OSError: it cannot be looked at
    """
    status = path.stat()
    return status.st_size == file.size_bytes and is_same_time(status.st_mtime, file.modified_s)


def is_same_time(one_s: float, other_s: float) -> bool:
    """Whether two file times are the same one, on any kind of drive."""
    difference = abs(one_s - other_s)
    if difference > _DAY_S:
        return False
    off_the_hour = difference % _HOUR_S
    return min(off_the_hour, _HOUR_S - off_the_hour) <= _STEP_S


def _file(found: object) -> ManifestFile | None:
    match found:
        case {
            "path": str(path),
            "size_bytes": int(size_bytes),
            "modified_s": int() | float() as modified_s,
            "sha256": str() | None as sha256,
        } if _is_inside(path) or Path(path).is_absolute():
            return ManifestFile(
                path=path, size_bytes=size_bytes, modified_s=float(modified_s), sha256=sha256
            )
    return None


def _is_inside(path: str) -> bool:
    """Whether a relative path is a plain name: a manifest may come from a stranger's drive."""
    return bool(path) and Path(path).name == path
