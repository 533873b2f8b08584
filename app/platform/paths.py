"""Where settings, chats, caches and logs live on each system."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "Sideglance"
_HOME_VARIABLE = "SIDEGLANCE_HOME"
_PORTABLE_FOLDER = "sideglance-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders of one installation; none of them need exist yet.

    Attributes:
        settings: the settings file
        chats: the folder with the store and the files sent along
        models: where models are kept unless the user says otherwise
        cache: what may be deleted at any time
        logs: log files
    """

    settings: Path
    chats: Path
    models: Path
    cache: Path
    logs: Path

    @property
    def private(self) -> tuple[Path, ...]:
        """What nobody else may look into: folders, and the settings file.

        Models are nobody's secret, and the folder around all of it may be the user's own.
        """
        return (self.chats, self.cache, self.logs, self.settings)


def find_paths(
    environment: Mapping[str, str] | None = None, program_folder: Path | None = None
) -> Paths:
    """Where everything lives: a folder named by the user, beside the program, or the system's."""
    named = (os.environ if environment is None else environment).get(_HOME_VARIABLE)
    if named:
        return _inside(Path(named).expanduser().absolute())
    portable = (program_folder or _program_folder()) / _PORTABLE_FOLDER
    if portable.is_dir():
        return _inside(portable)
    dirs = platformdirs.PlatformDirs(appname=_NAME, appauthor=False, roaming=False)
    data = Path(dirs.user_data_dir)
    return Paths(
        settings=Path(dirs.user_config_dir) / "settings.json",
        chats=data / "chats",
        models=data / "models",
        cache=Path(dirs.user_cache_dir),
        logs=Path(dirs.user_log_dir),
    )


def _inside(home: Path) -> Paths:
    return Paths(
        settings=home / "settings.json",
        chats=home / "chats",
        models=home / "models",
        cache=home / "cache",
        logs=home / "logs",
    )


def _program_folder() -> Path:
    # A frozen program is the executable; from source it is the folder that holds `app`.
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]
