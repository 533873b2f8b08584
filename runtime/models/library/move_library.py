"""Moves the models folder: at no time is there less than one whole."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from runtime.models.library.library import Library, is_models_folder, make_models_folder
from runtime.models.library.manifest import (
    MANIFEST_NAME,
    Manifest,
    ManifestFile,
    manifest_file,
    read_manifest,
    write_manifest,
)
from runtime.models.library.models_folder import folder_failure
from runtime.models.library.verified_copy import Copying, check_disk_space
from runtime.problems import FolderFailure, Problem

# What is copied is nobody's model until all of it is there.
_ARRIVING = ".arriving"


def move_library(
    library: Library,
    target: Path,
    *,
    switch: Callable[[Path], None],
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Library:
    """Move all models, the unfinished ones included, to another folder.

    On the same drive the folder is renamed. To another one everything is copied and compared;
    only then the program switches, and the old files are deleted. Whatever interrupts this, one
    of the two folders is whole, and the program knows which.

    Args:
        library: the present one
        target: a folder that is empty, not there yet, or has models already
        switch: makes the program use the new folder, for good
        on_progress: told how many of how many bytes are copied and compared
        is_stopped: asked between blocks

    Returns:
        the library at its new place

    Raises:
        FolderFailure: the target cannot be used or has too little space
        Stopped: the user had enough; nothing was moved
    """
    target = target.absolute()
    library.prepare()
    _check_target(library.folder, target)
    _check_idle(library)
    moved = Library(target, is_chosen=True)
    if not _is_renamed(library, target):
        _copy_all(library, target, on_progress, is_stopped)
        switch(target)
        _delete_old(library)
        return moved
    try:
        switch(target)
    except BaseException:
        # The program goes on with the old place, so the models must be there.
        target.rename(library.folder)
        raise
    return moved


def _check_target(folder: Path, target: Path) -> None:
    old, new = folder.resolve(), target.resolve()
    if new == old or old in new.parents or new in old.parents:
        raise FolderFailure(Problem.MODELS_FOLDER_TAKEN, str(target))
    try:
        is_free = (
            not target.exists()
            or is_models_folder(target)
            # What an earlier attempt left when the program died.
            or all(entry.name == _ARRIVING for entry in target.iterdir())
        )
    except OSError as error:
        raise FolderFailure(Problem.MODELS_FOLDER_TAKEN, str(target)) from error
    if not is_free:
        raise FolderFailure(Problem.MODELS_FOLDER_TAKEN, str(target))


def _check_idle(library: Library) -> None:
    """Make sure that nothing is being downloaded into the folder."""
    try:
        for folder in library.own_folders():
            with library.locked(folder, folder.name):
                pass
    except OSError as error:
        raise folder_failure(error, library.folder) from error


def _is_renamed(library: Library, target: Path) -> bool:
    """Whether one rename did it; not to another drive, nor onto a folder that has anything."""
    folder, own = library.folder, library.own_folders()
    if any(path not in own and not path.name.startswith(".") for path in folder.iterdir()):
        # Something of the user's is in it, which stays where it is.
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rmdir()
        folder.rename(target)
    except OSError:
        return False
    return True


def _copy_all(
    library: Library,
    target: Path,
    on_progress: Callable[[int, int], None],
    is_stopped: Callable[[], bool],
) -> None:
    folders = library.own_folders()
    arriving = target / _ARRIVING
    placed: list[Path] = []
    try:
        total = sum(_size(folder) for folder in folders)
        shutil.rmtree(arriving, ignore_errors=True)
        arriving.mkdir(parents=True)
        check_disk_space(shutil.disk_usage(target).free, total)
        copying = Copying(total, on_progress=on_progress, is_stopped=is_stopped)
        for folder in folders:
            _copy_folder(folder, arriving / folder.name, copying)
        for folder in folders:
            _place(arriving / folder.name, target / folder.name, placed)
        # Last, so that half of a move is nobody's library.
        make_models_folder(target)
    except BaseException as error:
        for path in placed:
            shutil.rmtree(path, ignore_errors=True)
        if isinstance(error, OSError):
            raise folder_failure(error, target) from error
        raise
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
        if not is_models_folder(target):
            _remove_if_empty(target)


def _copy_folder(folder: Path, target: Path, copying: Copying) -> None:
    target.mkdir(parents=True)
    manifest = read_manifest(folder)
    hashes: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            hashes[path.name] = copying.copy(path, target / path.name)
    if manifest is not None:
        _rewrite_manifest(target, manifest, hashes)


def _rewrite_manifest(target: Path, manifest: Manifest, hashes: dict[str, str]) -> None:
    """Another drive may keep times otherwise; what is not as it was verified stays so."""
    if not manifest.is_ours:
        return
    renewed = [_renewed(target, file, hashes.get(file.path)) for file in manifest.files]
    model, projector = renewed[0], renewed[1] if len(renewed) > 1 else None
    (target / MANIFEST_NAME).unlink()
    write_manifest(target, replace(manifest, model=model, projector=projector))


def _renewed(target: Path, file: ManifestFile, sha256: str | None) -> ManifestFile:
    if sha256 is None:
        return file
    if file.sha256 not in (None, sha256):
        # It went bad since it was verified, which sizes and times did not tell.
        return replace(file, modified_s=0.0)
    return manifest_file(target / file.path, stored_as=file.path, sha256=file.sha256)


def _place(arrived: Path, target: Path, placed: list[Path]) -> None:
    if target.exists():
        # The target had models already, this one among them.
        raise FolderFailure(Problem.MODELS_FOLDER_TAKEN, str(target.parent))
    os.replace(arrived, target)
    placed.append(target)


def _delete_old(library: Library) -> None:
    """Delete what was moved; what cannot be deleted is in nobody's way."""
    for folder in library.own_folders():
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
