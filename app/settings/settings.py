"""What the user has set, and how it is loaded, migrated and saved."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from types import UnionType
from typing import get_args, get_type_hints

from app.platform import log
from app.platform.paths import Paths
from runtime.models.library.library import Library
from runtime.safe_file import file_failure, replace_file

_FORMAT = 1

Fields = dict[str, object]


# What may be entered at most: disk for the engine's cache, and share of the free memory.
MOST_CACHE_GIGABYTES = 100
MOST_MEMORY_PERCENT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the program remembers for the user, apart from chats.

    Attributes:
        thinking: let the model think before it answers; None is the model's default
        window_geometry: the window's place and size as Qt saves them, in base64
        last_chat: the chat that was open when the window closed
        model: the GGUF file to load; None is the demonstration model
        projector: the vision projector that belongs to it
        work_ahead: read attached pictures while the question is being typed
        work_ahead_percent: on battery, only while it is at least this full
        cache_gigabytes: most that what was read may take on disk; 0 keeps nothing
        memory_percent: share of the free memory for chats that are not open
        models_folder: where models are kept; None is the system's place for it
        idle_unload_minutes: free the model's memory after so long without work; 0 never does
        context_length: tokens of context; 0 lets us choose
        device_memory_gigabytes: what to take the graphics device's memory for; 0 is as found
        offline: open no connection at all
        endpoint: where models are downloaded from; "" is Hugging Face
        proxy: a proxy's address; "" is the system's own
    """

    thinking: bool | None = None
    window_geometry: str = ""
    last_chat: int | None = None
    model: str | None = None
    projector: str | None = None
    work_ahead: bool = True
    work_ahead_percent: int = 40
    cache_gigabytes: int = 4
    memory_percent: int = 10
    models_folder: str | None = None
    idle_unload_minutes: int = 15
    context_length: int = 0
    device_memory_gigabytes: float = 0.0
    offline: bool = False
    endpoint: str = ""
    proxy: str = ""

    @property
    def device_bytes(self) -> int | None:
        """What to take the graphics device's memory for; None is as found."""
        gigabytes = self.device_memory_gigabytes
        return int(gigabytes * (1 << 30)) if gigabytes > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings as found on disk.

    Attributes:
        unusable: names of the fields that had to fall back, or the file's name
    """

    settings: Settings
    unusable: tuple[str, ...] = ()


def load_settings(path: Path) -> LoadedSettings:
    """Read the settings; whatever cannot be used falls back to its default."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return LoadedSettings(settings=Settings())
    except (OSError, ValueError, RecursionError) as error:
        log.settings.info("settings cannot be read: %s", type(error).__name__)
        return _set_aside(path)
    if not isinstance(content, dict):
        return _set_aside(path)
    found = migrate(content)
    kept: Fields = {}
    unusable = []
    hints = get_type_hints(Settings)
    for field in fields(Settings):
        if field.name not in found:
            continue
        if _fits(found[field.name], hints[field.name]):
            kept[field.name] = found[field.name]
        else:
            unusable.append(field.name)
    return LoadedSettings(settings=Settings(**kept), unusable=tuple(unusable))  # type: ignore[arg-type]


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings aside and put them in place in one step.

    Raises:
        RuntimeFailure: the disk is full or the file cannot be written
    """
    content = json.dumps({"format": _FORMAT, **asdict(settings)}, indent=2)
    try:
        replace_file(path, content.encode())
    except OSError as error:
        raise file_failure(error) from error


def migrate(found: Fields) -> Fields:
    """Bring settings of an older format up to date.

    Settings of a newer program pass as they are: the fields we know are checked anyway.
    """
    number = found.get("format")
    # Files without a number came before the first numbered format.
    first = number if isinstance(number, int) and not isinstance(number, bool) else 0
    for step in _MIGRATIONS[max(first, 0) :]:
        found = step(found)
    return found


def _number_the_format(found: Fields) -> Fields:
    return {**found, "format": 1}


# The step at index n brings format n to format n + 1.
_MIGRATIONS: tuple[Callable[[Fields], Fields], ...] = (_number_the_format,)


def _fits(value: object, hint: object) -> bool:
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    # Exactly, because True would pass for a number.
    return type(value) in kinds


def _set_aside(path: Path) -> LoadedSettings:
    try:
        path.replace(path.with_name(path.name + ".damaged"))
    except OSError as error:
        log.settings.warning("damaged settings stay in place: %s", type(error).__name__)
    return LoadedSettings(settings=Settings(), unusable=(path.name,))


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
