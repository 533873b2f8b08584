"""Draws the pictures and clips the media tests are about."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

Pixels = npt.NDArray[np.uint8]


def grey_frames(count: int, *, width: int = 64, height: int = 48) -> list[Pixels]:
    """Frames that get brighter; their upper half is red."""
    frames = []
    for number in range(count):
        frame = np.full((height, width, 3), 20 + 200 * number // count, np.uint8)
        frame[: height // 2] = (250, 0, 0)
        frames.append(frame)
    return frames


def write_clip(
    path: Path,
    frames: Sequence[Pixels],
    *,
    codec: str = "libx264",
    rate: int = 2,
    pix_fmt: str = "yuv420p",
    rotation: int | None = None,
    stamps: Sequence[int] | None = None,
    container: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Encode frames; `stamps` are their times in units of 1/rate second."""
    with av.open(str(path), "w", container_options=container or {}) as file:
        quiet = _QUIET.get(codec, {})
        stream = file.add_stream(codec, rate=rate, options=quiet | (options or {}))
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pix_fmt
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            if stamps is not None:
                frame.pts = stamps[number]
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def write_sound(path: Path, seconds: int = 1) -> Path:
    """Encode silence alone."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=16000)
        assert isinstance(stream, AudioStream)
        for number in range(seconds * 16):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), "fltp", "mono")
            frame.sample_rate = 16000
            frame.pts = number * 1000
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


_QUIET = {"libsvtav1": {"preset": "12"}, "libx265": {"x265-params": "log-level=none"}}
