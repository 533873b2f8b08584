"""Opens a video, hands out its frames and walks forward through it; media process only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from runtime.problems import FileFailure, Problem

# Playlists and image sequences are not here: they would have FFmpeg open other files.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,ogg,mpegts,mpeg,mpegvideo,flv,asf,ivf,mxf"
_MOST_PIXELS = 8192 * 8192
# More would only take memory: a job has one video to read.
_MOST_THREADS = 4

# Clocks of containers are rounded, some to whole milliseconds.
_ROUNDING_S = 0.002
# Further than this to go, a jump is worth trying even where no index shows key frames.
_FAR_S = 5.0
# A jump has to save at least this much decoding.
_WORTH_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFrame:
    """A frame and when it is shown, on the stream's own clock."""

    time_s: float
    frame: VideoFrame


class VideoFile:
    """An open video: its one stream of pictures, and the file around it."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self.container = container
        self.stream = stream

    def packets(self, *, every_stream: bool = False) -> "Iterator[Packet[Any]]":
        """What is stored from here on, up to the end or to where the file is cut off."""
        packets: Iterator[Packet[Any]] = (
            self.container.demux() if every_stream else self.container.demux(self.stream)
        )
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):
                return
            yield packet

    def frames(self) -> Iterator[ShownFrame]:
        """The frames from here on; those that are damaged are left out."""
        last_s = None
        for packet in self.packets():
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                if isinstance(frame, VideoFrame) and not frame.is_corrupt:
                    last_s = self._time_s(frame, last_s)
                    yield ShownFrame(time_s=last_s, frame=frame)

    def seek(self, time_s: float) -> bool:
        """Go to the last key frame before a time; False if this file cannot."""
        if self.stream.time_base is None:
            return False
        try:
            self.container.seek(int(time_s / self.stream.time_base), stream=self.stream)
        except av.FFmpegError:
            return False
        return True

    def key_frame_before(self, time_s: float) -> float | None:
        """When the last key frame before a time is, if the file's index says so."""
        if self.stream.time_base is None:
            return None
        entries = self.stream.index_entries
        number = entries.search_timestamp(int(time_s / self.stream.time_base))
        return float(entries[number].timestamp * self.stream.time_base) if number >= 0 else None

    def _time_s(self, frame: VideoFrame, last_s: float | None) -> float:
        if frame.pts is not None and frame.time_base is not None:
            return float(frame.pts * frame.time_base)
        if last_s is None:
            return 0.0
        # Some AVI files number no frame: count them.
        return last_s + (float(1 / self.stream.average_rate) if self.stream.average_rate else 0.04)


@contextmanager
def opened(path: Path) -> Iterator[VideoFile]:
    """The video, open; its failures named as long as it is.

    Raises:
        FileFailure: it is no video, or has no pictures, or is damaged from the start
    """
    av.logging.set_level(None)
    try:
        # The protocol is named, or a file called "http:x" would be looked for elsewhere.
        with av.open(
            f"file:{path}",
            metadata_errors="replace",
            container_options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
        ) as container:
            stream = _moving_pictures(container, path.name)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = _MOST_THREADS
            yield VideoFile(container, stream)
    except av.error.EOFError as error:
        # It ends where its first frame should be.
        raise FileFailure(Problem.VIDEO_EMPTY, path.name) from error
    except av.FFmpegError as error:
        raise FileFailure(Problem.VIDEO_DAMAGED, path.name) from error


def _moving_pictures(container: InputContainer, name: str) -> VideoStream:
    for stream in container.streams.video:
        # A song's cover is stored as a video stream of one picture.
        if not stream.disposition & Disposition.attached_pic:
            if stream.codec_context is None:
                raise FileFailure(Problem.VIDEO_DAMAGED, name)
            if stream.width * stream.height > _MOST_PIXELS:
                size = f"{stream.width} × {stream.height}"  # noqa: RUF001
                raise FileFailure(Problem.PICTURE_TOO_LARGE, size)
            return stream
    # Some programs write no stream at all when there was nothing to store.
    problem = Problem.VIDEO_WITHOUT_PICTURES if container.streams else Problem.VIDEO_EMPTY
    raise FileFailure(problem, name)


class VideoCursor:
    """Shows what is on the screen at ever later times, decoding as little as it can.

    Attributes:
        shown: the frame on the screen; None if nothing could be decoded at all
    """

    def __init__(self, video: VideoFile) -> None:
        self._video = video
        self._may_jump = True
        self._frames: Iterator[ShownFrame] = iter(())
        self._ahead: ShownFrame | None = None
        self.shown: ShownFrame | None = None
        self._start()

    def go_to(self, time_s: float) -> None:
        """Show the last frame that is not later than a time."""
        if self._may_jump and self._is_jump_worth(time_s):
            self._jump(time_s)
        while self._ahead is not None and self._ahead.time_s <= time_s + _ROUNDING_S:
            self.shown = self._ahead
            self._ahead = next(self._frames, None)

    def _start(self) -> None:
        self._frames = self._video.frames()
        self.shown = next(self._frames, None)
        self._ahead = next(self._frames, None)

    def _is_jump_worth(self, time_s: float) -> bool:
        if self.shown is None:
            return False
        key_s = self._video.key_frame_before(time_s)
        # An index may be partial and know none of the later key frames.
        if key_s is not None and key_s > self.shown.time_s + _WORTH_S:
            return True
        return time_s > self.shown.time_s + _FAR_S

    def _jump(self, time_s: float) -> None:
        before = self.shown
        if before is None or not self._video.seek(time_s):
            self._may_jump = False
            return
        self._start()
        if self.shown is None:
            # Nothing can be decoded there: back to where we were, and on step by step.
            self._may_jump = False
            self._video.seek(before.time_s)
            self._start()
        elif self.shown.time_s <= before.time_s:
            # Key frames are so far apart that every jump would go back to the same one.
            self._may_jump = False
