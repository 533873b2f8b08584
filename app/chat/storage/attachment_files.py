"""The folder with the files that were sent along, each named by its content."""

import hashlib
import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.platform import log
from runtime.problems import FileFailure, Problem
from runtime.safe_file import file_failure, settle, written_aside

_CHUNK = 1 << 20
_LONGEST_SUFFIX = 8

# A file in the tray is on disk before any turn names it; another window may have put it there.
_SWEEP_AFTER_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Our copy of a file."""

    digest: str
    path: Path
    thumbnail: Path


class AttachmentFiles:
    """Copies of the files that were sent along: `attachments/ab/abcd….png`.

    Every method is plain and blocking, and safe in any thread: files get their final
    name only when they are complete.
    """

    def __init__(self, folder: Path) -> None:
        self._files = folder / "attachments"
        self._thumbnails = folder / "thumbnails"

    def keep(self, source: Path) -> StoredFile:
        """Copy a file that the user gave.

        Raises:
            FileFailure: the file is missing or cannot be read
            RuntimeFailure: the copy cannot be written
        """
        try:
            reader = source.open("rb")
        except OSError as error:
            raise _reading_failure(source, error) from error
        with reader:
            return self._copy(source, reader)

    def kept(self, digest: str, suffix: str) -> StoredFile:
        """Where the copy with this digest is."""
        folder = digest[:2]
        return StoredFile(
            digest=digest,
            path=self._files / folder / f"{digest}{suffix}",
            thumbnail=self._thumbnails / folder / f"{digest}.png",
        )

    def find(self, digest: str) -> StoredFile | None:
        """The copy with this digest, whatever its suffix; None if there is none."""
        paths = sorted((self._files / digest[:2]).glob(f"{digest}*"))
        return self.kept(digest, paths[0].name.removeprefix(digest)) if paths else None

    def is_empty(self) -> bool:
        """Whether no copy of any file is kept."""
        return next(self._files.glob("*/*"), None) is None

    def delete(self, digests: Collection[str], *, untouched_since: float) -> None:
        """Delete copies of these files.

        Args:
            digests: which
            untouched_since: when, in seconds since 1970: what was given again since then stays
        """
        paths = [path for digest in digests for path in self._paths_of(digest)]
        count = _delete(paths, untouched_since)
        log.store.info("deleted %d files of %d attachments", count, len(digests))

    def sweep(self, wanted: Collection[str], *, not_before: float = 0.0) -> int:
        """Delete copies that no turn ever named: they were in the tray and not sent.

        Args:
            wanted: digests of what turns name
            not_before: when the store was made, in seconds since 1970; what is older was sent
                along in chats of a store before this one, which may come back

        Returns:
            how many were deleted
        """
        oldest = time.time() - _SWEEP_AFTER_S
        paths = [
            path
            for folder in (self._files, self._thumbnails)
            for path in folder.glob("*/*")
            if _digest_of(path) not in wanted and _changed(path) >= not_before
        ]
        return _delete(paths, oldest)

    def _paths_of(self, digest: str) -> Iterator[Path]:
        for folder in (self._files, self._thumbnails):
            yield from (folder / digest[:2]).glob(f"{digest}*")

    def _copy(self, source: Path, reader: BinaryIO) -> StoredFile:
        suffix = _suffix(source)
        try:
            with written_aside(self._files / "new", suffix) as (writer, aside):
                digest = _copy_and_hash(source, reader, writer)
                settle(writer)
                # Windows cannot rename a file that is open.
                writer.close()
                return self._name(digest, suffix, aside)
        except OSError as error:
            raise file_failure(error) from error

    def _name(self, digest: str, suffix: str, aside: Path) -> StoredFile:
        kept = self.kept(digest, suffix)
        # Whoever looks at the file next writes its thumbnail there.
        kept.thumbnail.parent.mkdir(parents=True, exist_ok=True)
        for other in kept.path.parent.glob(f"{digest}*"):
            if other.stat().st_size == aside.stat().st_size:
                # Younger now, so that a sweep elsewhere leaves it alone.
                os.utime(other)
                return self.kept(digest, other.name.removeprefix(digest))
        kept.path.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(kept.path)
        return kept


def _digest_of(path: Path) -> str:
    return path.name.partition(".")[0]


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _delete(paths: Iterable[Path], untouched_since: float) -> int:
    """Delete those that did not change since then; says how many."""
    count = 0
    for path in paths:
        # What cannot be deleted now, because somebody has it open, is met again.
        with suppress(OSError):
            if path.stat().st_mtime < untouched_since:
                path.unlink()
                count += 1
    return count


def _copy_and_hash(source: Path, reader: BinaryIO, writer: BinaryIO) -> str:
    digest = hashlib.sha256()
    while True:
        try:
            chunk = reader.read(_CHUNK)
        except OSError as error:
            raise _reading_failure(source, error) from error
        if not chunk:
            return digest.hexdigest()
        digest.update(chunk)
        writer.write(chunk)


def _reading_failure(source: Path, error: OSError) -> FileFailure:
    gone = isinstance(error, FileNotFoundError)
    return FileFailure(Problem.FILE_MISSING if gone else Problem.FILE_UNREADABLE, source.name)


def _suffix(source: Path) -> str:
    suffix = source.suffix.lower()
    plain = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= _LONGEST_SUFFIX
    return suffix if plain else ""
