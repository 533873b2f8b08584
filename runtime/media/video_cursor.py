"""Walks forward through a video from one wanted time to the next; media process only."""

from collections.abc import Iterator

from runtime.media.video_file import Shown, VideoFile

# Clocks of containers are rounded, some to whole milliseconds.
_ROUNDING_S = 0.002
# Further than this to go, a jump is worth trying even where no index shows key frames.
_FAR_S = 5.0
# A jump has to save at least this much decoding.
_WORTH_S = 0.5


class VideoCursor:
    """Shows what is on the screen at ever later times, decoding as little as it can.

    Attributes:
        shown: the frame on the screen; None if nothing could be decoded at all
    """

    def __init__(self, video: VideoFile) -> None:
        self._video = video
        self._may_jump = True
        self._frames: Iterator[Shown] = iter(())
        self._ahead: Shown | None = None
        self.shown: Shown | None = None
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
