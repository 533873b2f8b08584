"""Fetches a model with its projector, verifies both and has them count as installed."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from runtime.models.catalogue import RemoteFile
from runtime.models.download.download_control import DownloadControl, Interrupted, Stop
from runtime.models.download.file_download import DownloadSetup, FileDownload, first_note
from runtime.models.download.model_files import DownloadItem, local_name
from runtime.models.download.network import Network
from runtime.models.download.partial_file import DiskSpace
from runtime.models.download.progress import Paused, Progress, Report
from runtime.models.download.retry_policy import RetryPolicy
from runtime.models.download.sources import Source
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library
from runtime.models.library.manifest import MANIFEST_NAME, Manifest, ManifestFile, manifest_file
from runtime.models.library.models_folder import folder_failure
from runtime.models.library.unfinished_downloads import (
    PART_SUFFIX,
    DownloadNote,
    FileNote,
    read_note,
    write_note,
)
from runtime.problems import RuntimeFailure


class ModelDownload:
    """One download, from its beginning or from where it stood still."""

    def __init__(
        self,
        item: DownloadItem,
        *,
        library: Library,
        network: Network,
        sources: Sequence[Source],
        retry_policy: RetryPolicy | None = None,
        disk_space: DiskSpace | None = None,
    ) -> None:
        """Nothing is opened, read or written yet.

        Args:
            item: what to fetch
            library: where it goes
            network: this download's own; closed at the end
            sources: in the order they are tried
            retry_policy: None is the usual one
            disk_space: None leaves the usual space free on the disk
        """
        self._item = item
        self._library = library
        self._network = network
        self._sources = sources
        self._retry_policy = retry_policy or RetryPolicy()
        self._disk_space = disk_space or DiskSpace()
        self._control = DownloadControl()
        self._folder = library.folder_for(item.name, item.quantisation)

    def pause(self) -> None:
        """Have `run` return soon, with what is there kept; on any thread."""
        self._control.set(Stop.PAUSE)

    def cancel(self) -> None:
        """Have `run` return soon, with nothing kept; on any thread."""
        self._control.set(Stop.CANCEL)

    def run(self, report: Report) -> InstalledModel | None:
        """Fetch until all is there and verified.

        Args:
            report: told how it goes, on this thread, at most some ten times a second

        Returns:
            None if it was paused or cancelled before

        Raises:
            DownloadFailure: it cannot go on by itself, such as DISK_FULL or OFFLINE; what came
                is kept
            FolderFailure: the models folder cannot be used; what came is kept
        """
        progress = Progress(report, self._item.total_bytes)
        try:
            self._library.prepare()
            with self._library.locked(self._folder, self._item.name):
                return self._run(progress)
        except Interrupted:
            report(self._paused(None))
            return None
        except RuntimeFailure as failure:
            report(self._paused(failure))
            raise
        except OSError as error:
            wrong = folder_failure(error, self._library.folder)
            report(self._paused(wrong))
            raise wrong from error
        finally:
            self._network.close()

    def _run(self, progress: Progress) -> InstalledModel | None:
        try:
            self._control.check()
            found = self._library.find(self._item.name, self._item.quantisation)
            return found or self._fetch(progress)
        except Interrupted as interrupted:
            if interrupted.stop is Stop.CANCEL:
                self._clear()
            raise

    def _fetch(self, progress: Progress) -> InstalledModel:
        self._network.check()
        writer = _NoteWriter(self._folder, self._take_up())
        means = DownloadSetup(
            network=self._network,
            sources=self._sources,
            retry_policy=self._retry_policy,
            disk_space=self._disk_space,
            progress=progress,
            control=self._control,
        )
        self._borrow()
        self._disk_space.check(self._folder, max(0, self._item.total_bytes - self._done_bytes()))
        entries: dict[str, ManifestFile] = {}
        for file in self._item.files:
            fetch = FileDownload(
                item=self._item, file=file, folder=self._folder, means=means, notes=writer
            )
            name = local_name(file)
            sha256 = fetch.run(writer.of(name))
            entry = manifest_file(self._folder / name, stored_as=name, sha256=sha256)
            entries[name] = entry
            progress.before += entry.size_bytes
        return self._install(entries)

    def _install(self, entries: dict[str, ManifestFile]) -> InstalledModel:
        item = self._item
        manifest = Manifest(
            name=item.name,
            quantisation=item.quantisation,
            verified=datetime.now(UTC).isoformat(timespec="seconds"),
            model=entries[local_name(item.model)],
            projector=entries[local_name(item.projector)] if item.projector else None,
        )
        return self._library.install(self._folder, manifest)

    def _take_up(self) -> DownloadNote:
        """What is known about the parts that are there; without that, they are deleted."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # One that is there does not hold, or the model would have been found.
        (self._folder / MANIFEST_NAME).unlink(missing_ok=True)
        note = read_note(self._folder)
        if note is not None and _is_about(note, self._item):
            return note
        for file in self._item.files:
            (self._folder / (local_name(file) + PART_SUFFIX)).unlink(missing_ok=True)
        item = self._item
        note = DownloadNote(
            name=item.name,
            quantisation=item.quantisation,
            repository=item.repository,
            revision=item.revision,
            files=tuple(first_note(file) for file in item.files),
        )
        write_note(self._folder, note)
        return note

    def _borrow(self) -> None:
        """Take files that another installed model has too: sizes share their projector."""
        for file in self._item.files:
            path = self._folder / local_name(file)
            part = path.with_name(path.name + PART_SUFFIX)
            if file.sha256 is None or path.exists() or part.exists():
                continue
            held = self._library.find_file(size_bytes=file.size_bytes, sha256=file.sha256)
            if held is not None:
                with suppress(OSError):
                    os.link(held, part)

    def _done_bytes(self) -> int:
        return sum(self._bytes_of(file) for file in self._item.files)

    def _bytes_of(self, file: RemoteFile) -> int:
        path = self._folder / local_name(file)
        for candidate in (path, path.with_name(path.name + PART_SUFFIX)):
            with suppress(OSError):
                return min(candidate.stat().st_size, file.size_bytes)
        return 0

    def _clear(self) -> None:
        if not (self._folder / MANIFEST_NAME).exists():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _paused(self, failure: RuntimeFailure | None) -> Paused:
        return Paused(
            done_bytes=self._done_bytes(),
            total_bytes=self._item.total_bytes,
            problem=failure.problem if failure else None,
            detail=failure.detail if failure else "",
        )


class _NoteWriter:
    """Writes down how each file of a download comes about."""

    def __init__(self, folder: Path, note: DownloadNote) -> None:
        self._folder = folder
        self._note = note

    def of(self, name: str) -> FileNote:
        """What is known of a file."""
        return next(file for file in self._note.files if file.name == name)

    def keep(self, note: FileNote) -> None:
        """Take what is newly known of a file."""
        files = tuple(note if file.name == note.name else file for file in self._note.files)
        self._note = replace(self._note, files=files)
        write_note(self._folder, self._note)


def _is_about(note: DownloadNote, item: DownloadItem) -> bool:
    """Whether a note belongs to exactly this unit."""
    wanted = [first_note(file) for file in item.files]
    return (
        (note.repository, note.revision) == (item.repository, item.revision)
        and len(note.files) == len(wanted)
        and all(_is_same(kept, file) for kept, file in zip(note.files, wanted, strict=True))
    )


def _is_same(kept: FileNote, wanted: FileNote) -> bool:
    if kept.name != wanted.name or wanted.sha256 not in (None, kept.sha256):
        return False
    return not wanted.size_is_exact or kept.size_bytes == wanted.size_bytes
