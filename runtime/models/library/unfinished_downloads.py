"""What is known of a download that is not complete: one small file beside what is there of it."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from runtime.safe_file import replace_file

NOTE_NAME = "download.json"
PART_SUFFIX = ".part"

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNote:
    """How one file of a download came about.

    Attributes:
        size_is_exact: to the byte; otherwise no server has said yet
        sha256: what it must have; None if nobody said
        sources: addresses of the servers that its bytes came from
        etag: what the last of them calls its content
    """

    name: str
    size_bytes: int
    sha256: str | None
    size_is_exact: bool = True
    sources: tuple[str, ...] = ()
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadNote:
    """A download that was begun.

    Attributes:
        files: in the order they are fetched
    """

    name: str
    quantisation: str
    repository: str
    revision: str
    files: tuple[FileNote, ...] = field(default_factory=tuple)

    @property
    def total_bytes(self) -> int:
        """Of all files."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A download that stands still.

    Attributes:
        folder: where its parts are
    """

    name: str
    quantisation: str
    done_bytes: int
    total_bytes: int
    folder: Path


def read_note(folder: Path) -> DownloadNote | None:
    """The note in a folder; None if there is none that can be used."""
    try:
        content = json.loads((folder / NOTE_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    match content:
        case {
            "format": int(),
            "name": str(name),
            "quantisation": str(quantisation),
            "repository": str(repository),
            "revision": str(revision),
            "files": [*files],
        }:
            notes = tuple(note for note in map(_file_note, files) if note is not None)
            if len(notes) != len(files):
                return None
            return DownloadNote(
                name=name,
                quantisation=quantisation,
                repository=repository,
                revision=revision,
                files=notes,
            )
    return None


def write_note(folder: Path, note: DownloadNote) -> None:
    """Write the note in one step.

    Raises:
        OSError: it cannot be written
    """
    content = json.dumps({"format": _FORMAT, **asdict(note)}, indent=2)
    replace_file(folder / NOTE_NAME, content.encode())


def unfinished_in(folder: Path) -> Unfinished | None:
    """The download that stands still in a folder; None if there is none."""
    note = read_note(folder)
    if note is None:
        return None
    return Unfinished(
        name=note.name,
        quantisation=note.quantisation,
        done_bytes=sum(_bytes_of(folder, file) for file in note.files),
        total_bytes=note.total_bytes,
        folder=folder,
    )


def _bytes_of(folder: Path, file: FileNote) -> int:
    for name in (file.name, file.name + PART_SUFFIX):
        try:
            return min((folder / name).stat().st_size, file.size_bytes)
        except OSError:
            continue
    return 0


def _file_note(found: object) -> FileNote | None:
    match found:
        case {
            "name": str(name),
            "size_bytes": int(size_bytes),
            "sha256": str() | None as sha256,
            "size_is_exact": bool(size_is_exact),
            "sources": [*sources],
            "etag": str() | None as etag,
        } if all(isinstance(source, str) for source in sources):
            return FileNote(
                name=name,
                size_bytes=size_bytes,
                sha256=sha256,
                size_is_exact=size_is_exact,
                sources=tuple(sources),
                etag=etag,
            )
    return None
