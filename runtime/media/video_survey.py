"""Finds out how long a video is and how much of it is there; media process only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from av.packet import Packet

from runtime.media.video_file import VideoFile, opened
from runtime.problems import FileFailure, Problem

# A file of this size is read through in no time, and that is exact.
_SMALL_BYTES = 32 << 20
# Where near the end to look whether the end is there.
_TAIL_S = 2.0
# Files are often a little shorter than they say, without missing anything.
_FORGIVEN_S = 0.5
_FORGIVEN_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How long a video is.

    Attributes:
        duration_s: what the file says, or what is there if it says nothing
        readable_s: how much is there
        last_s: when the last frame is shown, on the stream's own clock
    """

    duration_s: float
    readable_s: float
    last_s: float


@dataclass(slots=True)
class _Span:
    """What a run of packets covers, on the stream's own clock.

    Attributes:
        first_s: the first picture
        last_s: the last picture
        end_s: the end of the last packet of any stream
    """

    first_s: float | None = None
    last_s: float | None = None
    end_s: float = 0.0

    def add(self, packet: "Packet[Any]", *, is_picture: bool) -> None:
        """Take one more packet in."""
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None or packet.time_base is None or packet.is_corrupt or packet.is_discard:
            return
        start_s = float(stamp * packet.time_base)
        self.end_s = max(self.end_s, start_s + float((packet.duration or 0) * packet.time_base))
        if is_picture:
            self.first_s = start_s if self.first_s is None else min(self.first_s, start_s)
            self.last_s = start_s if self.last_s is None else max(self.last_s, start_s)


def survey(path: Path) -> Survey:
    """How long the video is: by its tail if it is large and whole, else by reading through it.

    Raises:
        FileFailure: VIDEO_EMPTY, or VIDEO_DAMAGED if there should have been frames
    """
    with opened(path) as video:
        claimed_s, start_s = _claimed(video)
        is_large = path.stat().st_size > _SMALL_BYTES
        if claimed_s and is_large and video.seek(start_s + max(0.0, claimed_s - _TAIL_S)):
            tail = _span(video)
            if tail.last_s is not None and _is_whole(tail.end_s - start_s, claimed_s):
                return Survey(duration_s=claimed_s, readable_s=claimed_s, last_s=tail.last_s)
    with opened(path) as video:
        span = _span(video)
    if span.first_s is None or span.last_s is None:
        problem = Problem.VIDEO_DAMAGED if claimed_s else Problem.VIDEO_EMPTY
        raise FileFailure(problem, path.name)
    readable_s = span.end_s - span.first_s
    whole = claimed_s is None or _is_whole(readable_s, claimed_s)
    return Survey(
        duration_s=readable_s if claimed_s is None else claimed_s,
        readable_s=claimed_s if whole and claimed_s is not None else readable_s,
        last_s=span.last_s,
    )


def _claimed(video: VideoFile) -> tuple[float | None, float]:
    """The duration and the start that the file states."""
    stream = video.stream
    unit = stream.time_base
    start_s = float(stream.start_time * unit) if stream.start_time is not None and unit else 0.0
    if video.container.format.name == "avi" and stream.frames and stream.average_rate:
        # FFmpeg corrects the duration of a truncated AVI; the frames it should have had remain.
        return float(stream.frames / stream.average_rate), start_s
    if stream.duration and unit:
        return float(stream.duration * unit), start_s
    microseconds = video.container.duration
    return (microseconds / 1e6 if microseconds and microseconds > 0 else None), start_s


def _is_whole(there_s: float, claimed_s: float) -> bool:
    return claimed_s - there_s <= max(_FORGIVEN_S, claimed_s * _FORGIVEN_SHARE)


def _span(video: VideoFile) -> _Span:
    span = _Span()
    # All streams: where the sound goes on longer, pictures that end early are not cut off.
    for packet in video.packets(every_stream=True):
        span.add(packet, is_picture=packet.stream_index == video.stream.index)
    return span
