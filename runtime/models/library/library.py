"""The models folder: what is installed in it, what is damaged, what is not complete."""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from runtime.models.installed_model import InstalledModel
from runtime.models.library.manifest import (
    MANIFEST_NAME,
    Manifest,
    ManifestFile,
    is_as_verified,
    read_manifest,
    write_manifest,
)
from runtime.models.library.models_folder import folder_failure, free_name, safe_name
from runtime.models.library.unfinished_downloads import NOTE_NAME, Unfinished, unfinished_in
from runtime.problems import DownloadFailure, FolderFailure, Problem
from runtime.safe_file import settle_names

log = logging.getLogger("sideglance.models")

# Shows that a folder is the one the models are in: an empty mount point has none.
MARKER_NAME = ".sideglance-models"
# Folders of ours begin with a dot, those of models never do.
_DELETED = ".deleted-"
_NEW = re.compile(r"\.new-(\d{1,9})-")
# Beside the models rather than among them: a lock must outlive the folder that it protects.
_LOCKS = ".locks"


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedModel:
    """A model that was installed, but whose files are missing or changed.

    Attributes:
        problem: MODEL_MISSING or MODEL_CHANGED
        folder: what it is deleted by
        file: the one concerned
    """

    name: str
    quantisation: str
    problem: Problem
    file: Path
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that a models folder holds.

    Attributes:
        problem: why nothing can be said, such as MODELS_FOLDER_GONE
        detail: of the problem
    """

    installed: tuple[InstalledModel, ...] = ()
    damaged: tuple[DamagedModel, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    problem: Problem | None = None
    detail: str = ""


class Library:
    """One models folder.

    Attributes:
        folder: need not exist yet, unless the user chose it
    """

    def __init__(self, folder: Path, *, is_chosen: bool = False) -> None:
        """Nothing is read or made yet.

        Args:
            folder: of the models, and nothing else
            is_chosen: the user named this folder and it was made then; if it is not there, its
                drive is not, and nothing may be put in its place
        """
        self.folder = folder
        self._is_chosen = is_chosen

    def look(self) -> Inventory:
        """What is there, told by names, sizes and times: quick, however large the models are."""
        try:
            self.check()
            installed: list[InstalledModel] = []
            damaged: list[DamagedModel] = []
            unfinished: list[Unfinished] = []
            for folder in self.folders():
                manifest = read_manifest(folder)
                if manifest is None:
                    if found := unfinished_in(folder):
                        unfinished.append(found)
                elif harm := _harm(folder, manifest):
                    damaged.append(harm)
                else:
                    installed.append(manifest.installed_in(folder))
        except FolderFailure as failure:
            return Inventory(problem=failure.problem, detail=failure.detail)
        return Inventory(
            installed=tuple(installed), damaged=tuple(damaged), unfinished=tuple(unfinished)
        )

    def installed(self) -> tuple[InstalledModel, ...]:
        """The models that can be loaded."""
        return self.look().installed

    def unfinished(self) -> tuple[Unfinished, ...]:
        """The downloads that stand still."""
        return self.look().unfinished

    def find(self, name: str, quantisation: str) -> InstalledModel | None:
        """An installed model by its name."""
        for model in self.installed():
            if (model.name, model.quantisation) == (name, quantisation):
                return model
        return None

    def check(self) -> None:
        """Make sure that a chosen folder is there.

        Raises:
            FolderFailure: its drive is not connected
        """
        if self._is_chosen and not is_models_folder(self.folder):
            raise FolderFailure(Problem.MODELS_FOLDER_GONE, str(self.folder))

    def prepare(self) -> None:
        """Make the folder ready to be written to.

        Raises:
            FolderFailure: it is not there, or cannot be written to
        """
        self.check()
        try:
            make_models_folder(self.folder)
            self._sweep()
        except OSError as error:
            raise folder_failure(error, self.folder) from error

    def folders(self) -> Iterator[Path]:
        """The folders of models, complete or not, by name.

        Raises:
            FolderFailure: the models folder cannot be read
        """
        try:
            entries = sorted(self.folder.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise folder_failure(error, self.folder) from error
        for entry in entries:
            if not entry.name.startswith(".") and entry.is_dir():
                yield entry

    def own_folders(self) -> list[Path]:
        """Those that we made; others are the user's.

        Raises:
            FolderFailure: the models folder cannot be read
        """
        return [
            folder
            for folder in self.folders()
            if (folder / MANIFEST_NAME).exists() or (folder / NOTE_NAME).exists()
        ]

    @contextmanager
    def locked(self, folder: Path, name: str) -> Iterator[None]:
        """Keep others away from a model's folder, in other programs too.

        Raises:
            DownloadFailure: it is being downloaded
            OSError: the models folder cannot be written to
        """
        locks = self.folder / _LOCKS
        locks.mkdir(exist_ok=True)
        try:
            with FileLock(locks / f"{folder.name}.lock", timeout=0):
                yield
        except Timeout as error:
            raise DownloadFailure(Problem.DOWNLOAD_RUNNING, name) from error

    def new_place(self, folder: Path) -> Path:
        """Where a model is put together that will be in this folder; swept if we die."""
        return folder.with_name(f".new-{os.getpid()}-{folder.name}")

    def folder_for(self, name: str, quantisation: str) -> Path:
        """Where a model of the catalogue is, or would be."""
        return self.folder / safe_name(f"{name} {quantisation}")

    def new_folder_for(self, name: str, quantisation: str) -> Path:
        """A folder that nothing else has, for a model of any origin.

        Raises:
            FolderFailure: the models folder cannot be read
        """
        taken = {folder.name for folder in self.folders()}
        return self.folder / free_name(f"{name} {quantisation}".strip(), taken)

    def install(self, folder: Path, manifest: Manifest) -> InstalledModel:
        """Count a model as installed whose files are complete and verified.

        Raises:
            OSError: the folder cannot be written to
        """
        # First the names of the files, then the word that they are there.
        settle_names(folder)
        write_manifest(folder, manifest)
        (folder / NOTE_NAME).unlink(missing_ok=True)
        settle_names(folder)
        log.info("installed: %s %s", manifest.name, manifest.quantisation)
        return manifest.installed_in(folder)

    def delete(self, model: InstalledModel | DamagedModel | Unfinished) -> None:
        """Delete a model; files that the user has elsewhere stay.

        Raises:
            DownloadFailure: it is being downloaded
            FolderFailure: it is in use, or the folder cannot be written to
        """
        for folder in self.own_folders():
            if _is_of(folder, model):
                self._delete_folder(folder, model.name)

    def find_file(self, *, size_bytes: int, sha256: str) -> Path | None:
        """A verified file of an installed model with this content."""
        for folder in self.folders():
            manifest = read_manifest(folder)
            for file in manifest.files if manifest else ():
                path = folder / file.path
                if (file.size_bytes, file.sha256) == (size_bytes, sha256) and _is_whole(path, file):
                    return path
        return None

    def _delete_folder(self, folder: Path, name: str) -> None:
        aside = folder.with_name(f"{_DELETED}{os.getpid()}-{folder.name}")
        try:
            # In one step, so that no half of a model is ever taken for a whole one.
            with self.locked(folder, name):
                folder.rename(aside)
        except PermissionError as error:
            raise FolderFailure(Problem.MODEL_IN_USE, name) from error
        except OSError as error:
            raise folder_failure(error, self.folder) from error
        shutil.rmtree(aside, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what was being made or deleted when a program died."""
        for entry in self.folder.iterdir():
            made_by = _NEW.match(entry.name)
            is_left = made_by is not None and not psutil.pid_exists(int(made_by.group(1)))
            if is_left or entry.name.startswith(_DELETED):
                shutil.rmtree(entry, ignore_errors=True)


def is_models_folder(folder: Path) -> bool:
    """Whether a folder is one that we keep models in, and can be reached."""
    try:
        return (folder / MARKER_NAME).is_file()
    except OSError:
        # A drive that was pulled out can answer with an error of its own.
        return False


def make_models_folder(folder: Path) -> None:
    """Make a folder one for models; what is in it stays.

    Raises:
        OSError: it cannot be written to
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER_NAME
    if not marker.is_file():
        marker.write_bytes(b"")


def _harm(folder: Path, manifest: Manifest) -> DamagedModel | None:
    for file in manifest.files:
        path = folder / file.path
        try:
            problem = None if is_as_verified(path, file) else Problem.MODEL_CHANGED
        except OSError:
            problem = Problem.MODEL_MISSING
        if problem is not None:
            return DamagedModel(
                name=manifest.name,
                quantisation=manifest.quantisation,
                problem=problem,
                file=path,
                folder=folder,
            )
    return None


def _is_whole(path: Path, file: ManifestFile) -> bool:
    try:
        return is_as_verified(path, file)
    except OSError:
        return False


def _is_of(folder: Path, model: InstalledModel | DamagedModel | Unfinished) -> bool:
    if isinstance(model, DamagedModel | Unfinished):
        return folder == model.folder
    manifest = read_manifest(folder)
    return manifest is not None and manifest.installed_in(folder) == model
