"""Samples a video's frames with PyAV; runs in the media process only."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from PIL import Image

from runtime.media.frame_budget import fit_pixels, fit_side, frame_count, frame_times
from runtime.media.pictures import THUMBNAIL_SIDE, header, write_thumbnail, writing
from runtime.media.video_file import ShownFrame, VideoCursor, VideoFile, opened
from runtime.media.video_survey import survey
from runtime.problems import FileFailure, Problem

# Films start black: the thumbnail is taken a little later.
_THUMBNAIL_S = 1.0
# Beyond these a pixel's shape is a mistake in the file.
_WIDEST_PIXEL = 4

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Geometry:
    """How stored frames become what is seen.

    Attributes:
        width: with square pixels, before turning
        height: before turning
        quarter_turns: to the left
    """

    width: int
    height: int
    quarter_turns: int

    @classmethod
    def of(cls, video: VideoFile, frame: VideoFrame) -> Self:
        """That of the first frame; later ones are brought to it."""
        ratio = float(video.stream.sample_aspect_ratio or 1)
        if not 1 / _WIDEST_PIXEL <= ratio <= _WIDEST_PIXEL:
            ratio = 1.0
        return cls(
            width=max(1, round(frame.width * ratio)),
            height=frame.height,
            quarter_turns=round(frame.rotation / 90) % 4,
        )

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as seen."""
        sideways = self.quarter_turns % 2
        return (self.height, self.width) if sideways else (self.width, self.height)

    def pixels(self, frame: VideoFrame, width: int, height: int) -> Pixels:
        """A frame as seen, of this size before turning."""
        scaled = frame.reformat(width=width, height=height, format="rgb24", interpolation="BICUBIC")
        return np.ascontiguousarray(np.rot90(scaled.to_ndarray(), self.quarter_turns), np.uint8)


def inspect(path: Path, *, thumbnail: Path) -> dict[str, object]:
    """Measure a video and write its thumbnail."""
    found = survey(path)
    with opened(path) as video:
        cursor = VideoCursor(video)
        first = _require(cursor.shown, path.name)
        geometry = _Geometry.of(video, first.frame)
        cursor.go_to(first.time_s + min(_THUMBNAIL_S, found.readable_s / 3))
        size = fit_side(geometry.width, geometry.height, THUMBNAIL_SIDE)
        small = geometry.pixels(_require(cursor.shown, path.name).frame, *size)
    write_thumbnail(Image.fromarray(small), thumbnail)
    width, height = geometry.upright
    return {
        "width": width,
        "height": height,
        "duration_s": found.duration_s,
        "readable_s": found.readable_s,
    }


def read(path: Path, *, target: Path, max_frames: int, max_pixels: int) -> dict[str, object]:
    """Write evenly spread frames to `target`, one after the other, so memory stays flat."""
    found = survey(path)
    count = frame_count(found.readable_s, max_frames)
    times_s: list[float] = []
    with opened(path) as video, _FrameWriter(target) as writer:
        cursor = VideoCursor(video)
        first = _require(cursor.shown, path.name)
        geometry = _Geometry.of(video, first.frame)
        size = fit_pixels(geometry.width, geometry.height, max_pixels)
        for shown in _spread(cursor, first, found.last_s, count):
            writer.add(geometry.pixels(shown.frame, *size))
            times_s.append(shown.time_s - first.time_s)
        if len(times_s) % 2:
            # The projector takes frames in pairs.
            writer.repeat()
            times_s.append(times_s[-1])
    return {"times_s": times_s, "duration_s": found.readable_s}


def _spread(
    cursor: VideoCursor, first: ShownFrame, last_s: float, count: int
) -> Iterator[ShownFrame]:
    """Frames at even times; where the video stands still, fewer than were asked for."""
    latest = None
    for time_s in frame_times(first.time_s, last_s, count):
        cursor.go_to(time_s)
        shown = cursor.shown
        if shown is not None and (latest is None or shown.time_s > latest):
            latest = shown.time_s
            yield shown


def _require(shown: ShownFrame | None, name: str) -> ShownFrame:
    if shown is None:
        raise FileFailure(Problem.VIDEO_DAMAGED, name)
    return shown


class _FrameWriter:
    """Appends frames to a .npy file, whose first line is set right at the end."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._count = 0
        self._last: Pixels | None = None

    def add(self, pixels: Pixels) -> None:
        """Write one more frame, as large as those before."""
        with writing(self._target):
            if self._last is None:
                self._file.write(header(0, *pixels.shape))
            self._file.write(pixels.data)
        self._last = pixels
        self._count += 1

    def repeat(self) -> None:
        """Write the last frame once more."""
        if self._last is not None:
            self.add(self._last)

    def __enter__(self) -> Self:
        with writing(self._target):
            self._file = self._target.open("xb")
        return self

    def __exit__(self, *failure: object) -> None:
        with writing(self._target), self._file:
            if self._last is not None:
                self._file.seek(0)
                self._file.write(header(self._count, *self._last.shape))
