"""Fetches one file, from whoever has it, until it is complete and its hash is right."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from runtime.models.catalogue import RemoteFile
from runtime.models.download.download_control import DownloadControl
from runtime.models.download.download_errors import AttemptError, AttemptFailed
from runtime.models.download.model_files import DownloadItem, local_name
from runtime.models.download.network import Network
from runtime.models.download.partial_file import DiskSpace, PartialFile
from runtime.models.download.progress import Progress, Waiting
from runtime.models.download.range_request import GGUF_MAGIC, ServedFile, WantedFile, attempt
from runtime.models.download.retry_policy import RetryPolicy, SourceSchedule, SourceState
from runtime.models.download.sources import Source
from runtime.models.library.unfinished_downloads import PART_SUFFIX, FileNote
from runtime.models.library.verified_copy import sha256_of
from runtime.problems import DownloadFailure, Problem

# How often the disk is looked at while it fills.
_SPACE_CHECK_BYTES = 8 << 20
# How often a person is told how long it is still waited.
_TICK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadSetup:
    """What a download goes about with.

    Attributes:
        sources: in the order they are tried
    """

    network: Network
    sources: Sequence[Source]
    retry_policy: RetryPolicy
    disk_space: DiskSpace
    progress: Progress
    control: DownloadControl


class DownloadNotes(Protocol):
    """Keeps what must be known to go on after a restart."""

    def keep(self, note: FileNote) -> None:
        """Write down how a file comes about."""


class FileDownload:
    """One file on its way into a folder."""

    def __init__(
        self,
        *,
        item: DownloadItem,
        file: RemoteFile,
        folder: Path,
        means: DownloadSetup,
        notes: DownloadNotes,
    ) -> None:
        self._item = item
        self._file = file
        self._means = means
        self._notes = notes
        self._path = folder / local_name(file)
        self._part = self._path.with_name(self._path.name + PART_SUFFIX)
        self._note = first_note(file)
        self._was_there = False
        self._mixes_sources = True
        self._checked_at = 0

    def run(self, note: FileNote) -> str:
        """Fetch what is missing.

        Args:
            note: what was written down about the part that is there

        Returns:
            the file's SHA-256

        Raises:
            DownloadFailure: nobody has it, or the disk is full; what came is kept
            Interrupted: the user asked for an end
            OSError: the folder cannot be written to
        """
        self._note = note
        self._take_back()
        self._was_there = self._size() > 0
        turns = SourceSchedule(self._sources(), self._means.retry_policy)
        while True:
            if not self._note.size_is_exact or self._size() < self._note.size_bytes:
                self._fetch(turns)
            sha256 = self._hash()
            if self._is_right(sha256):
                self._finish()
                return sha256
            self._throw_away(turns)

    def _sources(self) -> list[Source]:
        """Those that can be trusted with this file."""
        return [
            source
            for source in self._means.sources
            if source.pins_revisions or self._file.sha256 is not None
        ]

    def _take_back(self) -> None:
        """A file that has its final name was complete, but nobody said that all of them were."""
        if self._path.is_file():
            self._path.replace(self._part)
        if self._note.size_is_exact and self._size() > self._note.size_bytes:
            self._part.unlink()

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.is_file() else 0

    def _fetch(self, turns: SourceSchedule) -> None:
        """Ask one source after the other until the part is complete."""
        fault = AttemptError(problem=Problem.DOWNLOAD_NOT_THERE)
        while True:
            standing = turns.next(time.monotonic())
            if standing is None:
                last = turns.refusal() or fault
                raise DownloadFailure(last.problem, last.detail)
            if standing.failures:
                self._wait(standing, fault)
            before = self._size()
            try:
                self._ask(standing)
            except AttemptFailed as faulty:
                fault = replace(faulty.fault, detail=standing.source.host)
                turns.note_error(
                    standing, fault, brought=self._size() > before, now_s=time.monotonic()
                )
            else:
                return

    def _ask(self, standing: SourceState) -> None:
        self._means.control.check()
        self._means.progress.begin_anew()
        self._checked_at = self._size()
        wanted = self._wanted(standing)
        host = standing.source.host
        attempt(
            self._means.network,
            wanted,
            on_served=lambda served: self._on_served(standing.source, served),
            on_block=_Blocks(self, host).take,
        )

    def _wanted(self, standing: SourceState) -> WantedFile:
        base = standing.source.base
        is_its_own = set(self._note.sources) <= {base}
        if not self._mixes_sources and not is_its_own:
            self._part.unlink(missing_ok=True)
        etag = self._note.etag if is_its_own else None
        # Without a hash only the server's own word tells that the rest belongs to the part.
        can_resume = not standing.asks_whole and bool(self._note.sha256 or etag)
        return WantedFile(
            url=standing.source.url(self._item, self._file),
            part=self._part,
            size_bytes=self._note.size_bytes,
            size_is_exact=self._note.size_is_exact,
            sha256=self._note.sha256,
            offset=self._size() if can_resume else 0,
            etag=etag,
        )

    def _on_served(self, source: Source, served: ServedFile) -> None:
        earlier = self._note.sources if self._size() else ()
        published = served.sha256 if source.pins_revisions else None
        note = replace(
            self._note,
            size_bytes=served.size_bytes,
            size_is_exact=True,
            sha256=self._note.sha256 or published,
            sources=tuple(dict.fromkeys((*earlier, source.base))),
            etag=served.etag,
        )
        if note != self._note:
            self._means.progress.correct_total(note.size_bytes - self._note.size_bytes)
            self._note = note
            self._notes.keep(note)

    def note_block(self, writer: PartialFile) -> None:
        """Bytes came in.

        Raises:
            DownloadFailure: the disk is full, or the user wants no connection any more
            Interrupted: the user asked for an end
        """
        self._means.control.check()
        self._means.network.check()
        self._means.progress.moved(writer.there)
        if writer.there - self._checked_at >= _SPACE_CHECK_BYTES:
            self._checked_at = writer.there
            self._means.disk_space.check(self._part.parent, 0)

    def note_difference(self, host: str) -> None:
        """The server has something else than what was there."""
        self._means.progress.waits(self._waiting(Problem.DOWNLOAD_CHANGED, host, 0.0))

    def _wait(self, standing: SourceState, fault: AttemptError) -> None:
        while (left := standing.ready_at_s - time.monotonic()) > 0:
            self._means.progress.waits(self._waiting(fault.problem, fault.detail, left))
            self._means.control.wait(min(left, _TICK_S))
            self._means.network.check()

    def _waiting(self, problem: Problem, detail: str, retry_in_s: float) -> Waiting:
        return Waiting(
            problem=problem,
            detail=detail,
            retry_in_s=retry_in_s,
            done_bytes=self._means.progress.before + self._size(),
            total_bytes=self._means.progress.total,
        )

    def _hash(self) -> str:
        def note_read(done_bytes: int) -> None:
            self._means.progress.verified(done_bytes)
            self._means.control.check()

        return sha256_of(self._part, on_read=note_read)

    def _is_right(self, sha256: str) -> bool:
        with self._part.open("rb") as file:
            has_magic = file.read(len(GGUF_MAGIC)) == GGUF_MAGIC
        return has_magic and self._note.sha256 in (None, sha256)

    def _throw_away(self, turns: SourceSchedule) -> None:
        """All bytes are there and they are wrong: begin anew, with another source if need be."""
        fault = AttemptError(problem=Problem.MODEL_HASH_WRONG, detail=self._path.name)
        turns.note_wrong_hash(self._note.sources, fault, in_one_go=not self._was_there)
        self._means.progress.waits(self._waiting(fault.problem, fault.detail, 0.0))
        self._part.unlink()
        self._was_there = False
        self._mixes_sources = False
        self._note = first_note(self._file)
        self._notes.keep(self._note)

    def _finish(self) -> None:
        with self._part.open("r+b") as file:
            os.fsync(file.fileno())
        self._part.replace(self._path)


def first_note(file: RemoteFile) -> FileNote:
    """What is known of a file before anybody was asked for it."""
    return FileNote(
        name=local_name(file),
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        size_is_exact=file.size_is_exact,
    )


class _Blocks:
    """Passes on what an attempt tells, and says once if the file was found to be another."""

    def __init__(self, fetch: FileDownload, host: str) -> None:
        self._fetch = fetch
        self._host = host
        self._is_said = False

    def take(self, writer: PartialFile) -> None:
        if writer.has_differed and not self._is_said:
            self._is_said = True
            self._fetch.note_difference(self._host)
        self._fetch.note_block(writer)
