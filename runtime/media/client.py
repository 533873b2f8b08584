"""The public face of media decoding: blocking calls, never to be made on the GUI thread."""

import math
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.media.file_checks import FileKind, kind_of
from runtime.media.media_info import PictureFacts, PreparedPicture, PreparedVideo, VideoFacts
from runtime.media.media_process import InspectPicture, InspectVideo, ReadPicture, ReadVideo, run
from runtime.problems import FileFailure, Problem


class MediaResponse:
    """A job's answer whose fields have to be what they should be.

    Raises:
        FileFailure: MEDIA_CRASHED, from every method, for a field that is missing or absurd
    """

    def __init__(self, raw: object, name: str) -> None:
        self._fields = raw if isinstance(raw, dict) else {}
        self._name = name

    def count(self, field: str) -> int:
        """A whole number from 1."""
        value = self._fields.get(field)
        if not isinstance(value, int) or value < 1:
            raise self._absurd()
        return value

    def seconds(self, field: str) -> float:
        """A finite time, not negative."""
        return self._seconds(self._fields.get(field))

    def times(self, field: str) -> tuple[float, ...]:
        """Finite times, none negative; at least one."""
        values = self._fields.get(field)
        if not isinstance(values, list) or not values:
            raise self._absurd()
        return tuple(self._seconds(value) for value in values)

    def _seconds(self, value: object) -> float:
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise self._absurd()
        return float(value)

    def _absurd(self) -> FileFailure:
        return FileFailure(Problem.MEDIA_CRASHED, self._name)


def never() -> bool:
    """For those who cannot be stopped."""
    return False


def inspect(
    path: Path,
    *,
    thumbnail: Path,
    stopped: Callable[[], bool] = never,
    timeout_s: float = 20.0,
) -> PictureFacts | VideoFacts:
    """Find out what a file is, and write a PNG of at most 256 pixels a side to `thumbnail`.

    Raises:
        FileFailure: the file cannot be used
        Stopped: `stopped()` turned true
    """
    path = path.absolute()
    kind = kind_of(path)
    # Written aside and renamed by the parent: a child that is killed leaves no half thumbnail.
    with _made_whole(thumbnail.absolute().with_name(f"{uuid.uuid4().hex}.part")) as aside:
        job = (
            InspectPicture(path=path, thumbnail=aside)
            if kind is FileKind.PICTURE
            else InspectVideo(path=path, thumbnail=aside)
        )
        raw = run(job, name=path.name, timeout_s=timeout_s, stopped=stopped)
        facts = _facts(kind, MediaResponse(raw, path.name))
        _rename(aside, thumbnail)
    return facts


def read_picture(
    path: Path,
    *,
    into: Path,
    max_pixels: int,
    stopped: Callable[[], bool] = never,
    timeout_s: float = 60.0,
) -> PreparedPicture:
    """Write a picture's pixels, upright, sRGB, on white, at most `max_pixels`, into a folder.

    Raises:
        FileFailure: the file cannot be used
        Stopped: `stopped()` turned true
    """
    path = path.absolute()
    _require(FileKind.PICTURE, path)
    with _made_whole(into.absolute() / f"{uuid.uuid4().hex}.npy") as target:
        job = ReadPicture(path=path, target=target, max_pixels=max_pixels)
        answer = MediaResponse(
            run(job, name=path.name, timeout_s=timeout_s, stopped=stopped), path.name
        )
        return PreparedPicture(
            pixels=target,
            width=answer.count("width"),
            height=answer.count("height"),
            original_width=answer.count("original_width"),
            original_height=answer.count("original_height"),
        )


def read_video(
    path: Path,
    *,
    into: Path,
    max_frames: int,
    max_pixels: int,
    stopped: Callable[[], bool] = never,
    timeout_s: float = 300.0,
) -> PreparedVideo:
    """Write evenly spread frames of a video, each at most `max_pixels`, into a folder.

    Raises:
        FileFailure: the file cannot be used
        Stopped: `stopped()` turned true
    """
    path = path.absolute()
    _require(FileKind.VIDEO, path)
    with _made_whole(into.absolute() / f"{uuid.uuid4().hex}.npy") as target:
        job = ReadVideo(path=path, target=target, max_frames=max_frames, max_pixels=max_pixels)
        answer = MediaResponse(
            run(job, name=path.name, timeout_s=timeout_s, stopped=stopped), path.name
        )
        return PreparedVideo(
            pixels=target,
            times_s=answer.times("times_s"),
            duration_s=answer.seconds("duration_s"),
        )


def _facts(kind: FileKind, answer: MediaResponse) -> PictureFacts | VideoFacts:
    width, height = answer.count("width"), answer.count("height")
    if kind is FileKind.PICTURE:
        return PictureFacts(width=width, height=height, frames=answer.count("frames"))
    return VideoFacts(
        width=width,
        height=height,
        duration_s=answer.seconds("duration_s"),
        readable_s=answer.seconds("readable_s"),
    )


def _require(kind: FileKind, path: Path) -> None:
    if kind_of(path) is not kind:
        raise FileFailure(Problem.FILE_KIND_UNKNOWN, path.name)


def _rename(aside: Path, thumbnail: Path) -> None:
    try:
        aside.replace(thumbnail)
    except OSError as error:
        raise FileFailure(Problem.UNEXPECTED, error.strerror or thumbnail.name) from error


@contextmanager
def _made_whole(path: Path) -> Iterator[Path]:
    """Lends the name of a file that is removed again if it does not come to its end."""
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
