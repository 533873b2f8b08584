"""Where the models folder is by the settings, and what moving it means for them."""

from dataclasses import replace
from pathlib import Path

from app.paths import Paths
from app.settings import Settings
from runtime.models.library.library import Library


def library_of(settings: Settings, paths: Paths) -> Library:
    """The models folder; nothing is read yet."""
    if settings.models_folder is None:
        return Library(paths.models)
    return Library(Path(settings.models_folder), is_chosen=True)


def settings_after_move(settings: Settings, old: Path, new: Path) -> Settings:
    """The settings once all models are in another folder, the chosen one among them."""
    return replace(
        settings,
        models_folder=str(new),
        model=_moved(settings.model, old, new),
        projector=_moved(settings.projector, old, new),
    )


def _moved(path: str | None, old: Path, new: Path) -> str | None:
    if path is None or not Path(path).is_relative_to(old):
        return path
    return str(new / Path(path).relative_to(old))
