"""Takes a model file that the user has into the library, with the projector that fits it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from runtime.models.gguf_facts import (
    GgufFacts,
    projector_fits,
    read_model_facts,
    read_projector_facts,
)
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library
from runtime.models.library.manifest import Manifest, ManifestFile, manifest_file, read_manifest
from runtime.models.library.models_folder import folder_failure, free_name
from runtime.models.library.verified_copy import Copying, check_disk_space
from runtime.problems import ModelFailure, Problem, RuntimeFailure

# Headers are read to find a projector: not of every file in a folder with thousands.
_MOST_NEIGHBOURS = 50
_LONGEST_NAME = 60


def import_model(
    library: Library,
    path: Path,
    *,
    copies: bool,
    projector: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> InstalledModel:
    """Have a file of the user's count as installed.

    Args:
        library: where it goes
        path: of the model; may be on any drive
        copies: copy it into the library's folder; otherwise it is used where it is
        projector: None looks for one that fits beside the model
        on_progress: told how many of how many bytes are copied and compared
        is_stopped: asked between blocks

    Raises:
        ModelFailure: it is no model that can be used, or the projector does not fit it
        FolderFailure: the models folder cannot be used, or has too little space
        Stopped: the user had enough; nothing was imported
    """
    path = path.absolute()
    facts = read_model_facts(path)
    if projector is None:
        projector = find_projector(path, facts)
    elif not projector_fits(facts, read_projector_facts(projector)):
        raise ModelFailure(Problem.PROJECTOR_MISMATCH, projector.name)
    library.prepare()
    known = _imported_before(library, path)
    if known is not None and not copies:
        return known
    sources = (path, projector.absolute()) if projector else (path,)
    name = _new_name(library, facts)
    folder = library.new_folder_for(name, facts.quantisation)
    aside = library.new_place(folder)
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        try:
            files = (
                _copied(sources, aside, on_progress, is_stopped) if copies else _in_place(sources)
            )
            manifest = Manifest(
                name=name,
                quantisation=facts.quantisation,
                verified=datetime.now(UTC).isoformat(timespec="seconds"),
                model=files[0],
                projector=files[1] if len(files) > 1 else None,
            )
            library.install(aside, manifest)
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise folder_failure(error, library.folder) from error
    return manifest.installed_in(folder)


def find_projector(model: Path, facts: GgufFacts) -> Path | None:
    """A projector beside a model that fits it; of several the one named most alike."""
    fitting = [path for path in _neighbours(model) if _fits(path, facts)]
    return max(fitting, key=lambda path: _likeness(path.name, model.name), default=None)


def _new_name(library: Library, facts: GgufFacts) -> str:
    """The model's own name, and a number if another model has it."""
    look = library.look()
    keys = [(model.name, model.quantisation) for model in look.installed]
    keys += [(model.name, model.quantisation) for model in look.damaged]
    keys += [(model.name, model.quantisation) for model in look.unfinished]
    taken = {name for name, quantisation in keys if quantisation == facts.quantisation}
    name = " ".join(facts.name.split())[:_LONGEST_NAME] or "Model"
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def _neighbours(model: Path) -> Iterator[Path]:
    try:
        found = sorted(model.parent.glob("*.[gG][gG][uU][fF]"))
    except OSError:
        return
    # Those that are called projectors first, in case there are too many to read.
    found.sort(key=lambda path: "mmproj" not in path.name.lower())
    yield from (path for path in found[:_MOST_NEIGHBOURS] if path != model)


def _fits(path: Path, facts: GgufFacts) -> bool:
    try:
        return projector_fits(facts, read_projector_facts(path))
    except RuntimeFailure:
        # Another model, or damaged: the model works without.
        return False


def _likeness(name: str, other: str) -> int:
    """How many of the words in two names are the same."""
    return len(_words(name) & _words(other))


def _words(name: str) -> set[str]:
    return set(name.lower().replace("_", "-").replace(".gguf", "").split("-"))


def _copied(
    sources: tuple[Path, ...],
    folder: Path,
    on_progress: Callable[[int, int], None],
    is_stopped: Callable[[], bool],
) -> list[ManifestFile]:
    total = sum(source.stat().st_size for source in sources)
    check_disk_space(shutil.disk_usage(folder).free, total)
    copying = Copying(total, on_progress=on_progress, is_stopped=is_stopped)
    files: list[ManifestFile] = []
    for source in sources:
        name = free_name(source.name, [file.path for file in files])
        sha256 = copying.copy(source, folder / name)
        files.append(manifest_file(folder / name, stored_as=name, sha256=sha256))
    return files


def _in_place(sources: tuple[Path, ...]) -> list[ManifestFile]:
    return [manifest_file(source, stored_as=str(source), sha256=None) for source in sources]


def _imported_before(library: Library, path: Path) -> InstalledModel | None:
    """The model that is this very file, used in place."""
    for folder in library.folders():
        manifest = read_manifest(folder)
        if manifest is not None and folder / manifest.model.path == path:
            installed = manifest.installed_in(folder)
            return installed if installed in library.installed() else None
    return None
