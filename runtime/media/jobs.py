"""What the media process can be asked to do; decoders are loaded only when a job is done."""

from dataclasses import dataclass
from pathlib import Path

# The imports inside functions are the point of this module: the parent only pickles a job, and
# must never load a decoder; a child loads only the decoder that it needs.


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectPicture:
    """Measure a picture and write its thumbnail."""

    path: Path
    thumbnail: Path

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.pictures import inspect  # noqa: PLC0415

        return inspect(self.path, thumbnail=self.thumbnail)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectVideo:
    """Measure a video and write its thumbnail."""

    path: Path
    thumbnail: Path

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.video import inspect  # noqa: PLC0415

        return inspect(self.path, thumbnail=self.thumbnail)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPicture:
    """Write a picture's pixels to `target`."""

    path: Path
    target: Path
    max_pixels: int

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.pictures import read  # noqa: PLC0415

        return read(self.path, target=self.target, max_pixels=self.max_pixels)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadVideo:
    """Write a video's sampled frames to `target`."""

    path: Path
    target: Path
    max_frames: int
    max_pixels: int

    def __call__(self) -> object:
        """Do it, in the media process."""
        from runtime.media.video import read  # noqa: PLC0415

        return read(
            self.path,
            target=self.target,
            max_frames=self.max_frames,
            max_pixels=self.max_pixels,
        )
