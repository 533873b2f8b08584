"""What the media process has to say about a file."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """What is known about a picture.

    Attributes:
        width: pixels, after turning it upright
        height: pixels, after turning it upright
        frames: more than one when animated; only the first is looked at
    """

    width: int
    height: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What is known about a video.

    Attributes:
        width: pixels as shown, upright and with square pixels
        height: pixels as shown, upright and with square pixels
        duration_s: what the file says, or what was counted if it says nothing
        readable_s: how much can be read; equals duration_s unless the file is cut off
    """

    width: int
    height: int
    duration_s: float
    readable_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPicture:
    """A picture ready for the projector.

    Attributes:
        pixels: .npy file, uint8, height x width x 3, RGB
        original_width: before scaling, after turning upright
        original_height: before scaling, after turning upright
    """

    pixels: Path
    width: int
    height: int
    original_width: int
    original_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedVideo:
    """Frames of a video ready for the projector.

    Attributes:
        pixels: .npy file, uint8, frames x height x width x 3, RGB; an even number of frames
        times_s: when each frame is shown, counted from the first
        duration_s: how much of the video could be read
    """

    pixels: Path
    times_s: tuple[float, ...]
    duration_s: float
