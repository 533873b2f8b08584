"""The media process's answers, asked for once and given again: for tests with many engines."""

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.media.client import read_picture, read_video
from runtime.media.media_info import PreparedPicture, PreparedVideo
from runtime.problems import Stopped


class RememberedMedia:
    """Reads each file once through the real media process; every engine gets its own copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pictures: dict[tuple[Path, int], PreparedPicture] = {}
        self._videos: dict[tuple[Path, int, int], PreparedVideo] = {}

    def read_picture(
        self, path: Path, *, into: Path, max_pixels: int, stopped: Callable[[], bool]
    ) -> PreparedPicture:
        """As `runtime.media.client.read_picture`."""
        if stopped():
            raise Stopped
        key = (path, max_pixels)
        if key not in self._pictures:
            self._pictures[key] = read_picture(path, into=self._folder, max_pixels=max_pixels)
        kept = self._pictures[key]
        return replace(kept, pixels=_copy(kept.pixels, into))

    def read_video(
        self,
        path: Path,
        *,
        into: Path,
        max_frames: int,
        max_pixels: int,
        stopped: Callable[[], bool],
    ) -> PreparedVideo:
        """As `runtime.media.client.read_video`."""
        if stopped():
            raise Stopped
        key = (path, max_frames, max_pixels)
        if key not in self._videos:
            self._videos[key] = read_video(
                path, into=self._folder, max_frames=max_frames, max_pixels=max_pixels
            )
        kept = self._videos[key]
        return replace(kept, pixels=_copy(kept.pixels, into))


def _copy(pixels: Path, into: Path) -> Path:
    copy = into / f"{uuid.uuid4().hex}.npy"
    shutil.copyfile(pixels, copy)
    return copy
