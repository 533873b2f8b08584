"""The pictures of a conversation: what each costs, its pixels while needed, its embedding."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.content import Image, Video
from runtime.engine.blob_store import BlobStore
from runtime.engine.context import Context
from runtime.engine.prefill_plan import Picture
from runtime.engine.projector import (
    FRAMES_PER_PICTURE,
    PIXELS_PER_TOKEN,
    Embedding,
    Pixels,
    Projector,
)
from runtime.media.client import read_picture, read_video
from runtime.media.frame_budget import frames_within
from runtime.problems import EngineFailure, FileFailure, Problem, Stopped

# A pair of video frames is worth fewer tokens than a picture: 256 are 512 x 512 pixels.
_FRAME_TOKENS = 256
# The time before a pair, such as `<12.5 seconds>`, and the two vision tokens.
_PAIR_EXTRA_TOKENS = 10
_EMBEDDING_BYTES = 512 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture as it stands in a prompt.

    Attributes:
        caption: words before it, such as the time of a pair of frames
        before: tokens between caption and picture
        after: tokens behind the picture
    """

    caption: str
    before: tuple[int, ...]
    picture: Picture
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a picture's pixels come from, and their size."""

    part: Image | Video
    most_frames: int
    size: tuple[int, int, int]


class PictureCache:
    """Looks at files once, encodes pictures once, remembers both within bounds.

    Attributes:
        seconds: time spent decoding files and computing embeddings so far
    """

    def __init__(
        self, projector: Projector, *, identity: str, folder: Path, store: BlobStore | None
    ) -> None:
        """Begin with an empty cache.

        Args:
            projector: encodes and decodes
            identity: whatever an embedding depends on besides pixels
            folder: where the media process leaves pixels for us to fetch
            store: keeps embeddings for the next start; None does not
        """
        self._projector = projector
        self._settings_identity = identity
        self._folder = folder
        self._store = store
        self._looked: dict[tuple[object, ...], tuple[ShownPicture, ...]] = {}
        self._sources: dict[str, _Source] = {}
        self._pixels: dict[str, list[Pixels]] = {}
        self._embeddings: OrderedDict[str, Embedding] = OrderedDict()
        self.seconds = 0.0

    def look(
        self, part: Image | Video, *, tokens_left: int, stopped: Callable[[], bool]
    ) -> tuple[ShownPicture, ...]:
        """What a file becomes in the prompt: one picture, or a pair of frames after another.

        The same file under the same `tokens_left` always becomes the same, so that a follow-up
        finds it in memory.

        Raises:
            FileFailure: the file cannot be used
            PromptFailure: not even the shortest video fits
            Stopped: `stopped` said so
        """
        frames = 1
        if isinstance(part, Video):
            frames = frames_within(tokens_left, self._pair_tokens + _PAIR_EXTRA_TOKENS)
        key = (part, *_file_identity(part.path), frames)
        if key not in self._looked:
            self._looked[key] = tuple(
                self._put(part, frames, pixels, caption)
                for pixels, caption in self._fetch(part, frames, stopped)
            )
        return self._looked[key]

    def encode(self, picture: Picture, stopped: Callable[[], bool]) -> None:
        """Compute the picture's embedding unless it is in the cache."""
        identity = picture.identity
        if identity in self._embeddings:
            self._embeddings.move_to_end(identity)
            return
        if (embedding := self._kept(picture)) is not None:
            self._pixels.pop(identity, None)
            self._embeddings[identity] = embedding
            self._evict(keep=identity)
            return
        if identity not in self._pixels:
            source = self._sources[identity]
            for pixels, caption in self._fetch(source.part, source.most_frames, stopped):
                self._put(source.part, source.most_frames, pixels, caption)
        if identity not in self._pixels:
            raise FileFailure(Problem.FILE_MISSING, self._sources[identity].part.path.name)
        if stopped():
            raise Stopped
        with self._timed():
            embedding = self._projector.encode(self._pixels.pop(identity))
        self._embeddings[identity] = embedding
        self._evict(keep=identity)
        if self._store is not None:
            facts = {"width": embedding.shape[1]}
            self._store.save(identity, facts, [embedding.reshape(-1).view(np.uint8)])

    def decode(self, picture: Picture, context: Context, position: int) -> None:
        """Put an encoded picture into memory; see `Projector.decode`."""
        embedding = self._embeddings.get(picture.identity)
        if embedding is None:
            raise EngineFailure(Problem.UNEXPECTED, "a picture was not encoded")
        self._projector.decode(context, embedding, self._sources[picture.identity].size, position)

    def _kept(self, picture: Picture) -> Embedding | None:
        blob = self._store.load(picture.identity) if self._store else None
        if blob is None:
            return None
        embedding = blob.payloads[0].view(np.float32).reshape(picture.tokens, -1)
        return embedding if embedding.shape[1] == blob.header["width"] else None

    @property
    def _pair_tokens(self) -> int:
        return min(_FRAME_TOKENS, self._projector.most_tokens)

    def _fetch(
        self, part: Image | Video, most_frames: int, stopped: Callable[[], bool]
    ) -> list[tuple[list[Pixels], str]]:
        """Have a file decoded: the frames of each picture, and its caption."""
        with self._timed():
            return self._decoded(part, most_frames, stopped)

    def _decoded(
        self, part: Image | Video, most_frames: int, stopped: Callable[[], bool]
    ) -> list[tuple[list[Pixels], str]]:
        if isinstance(part, Image):
            prepared = read_picture(
                part.path,
                into=self._folder,
                max_pixels=self._projector.most_tokens * PIXELS_PER_TOKEN,
                stopped=stopped,
            )
            return [([_take(prepared.pixels)], "")]
        clip = read_video(
            part.path,
            into=self._folder,
            max_frames=most_frames,
            max_pixels=self._pair_tokens * PIXELS_PER_TOKEN,
            stopped=stopped,
        )
        frames = _take(clip.pixels)
        return [
            (
                [frames[index], frames[index + 1]],
                _time_caption(clip.times_s[index : index + FRAMES_PER_PICTURE]),
            )
            for index in range(0, len(frames), FRAMES_PER_PICTURE)
        ]

    def _put(
        self, part: Image | Video, most_frames: int, pixels: list[Pixels], caption: str
    ) -> ShownPicture:
        height, width, _ = pixels[0].shape
        identity = self._identity(pixels)
        grid = self._projector.grid(width, height, len(pixels))
        self._sources[identity] = _Source(part, most_frames, (width, height, len(pixels)))
        if identity not in self._embeddings:
            self._pixels[identity] = pixels
        return ShownPicture(
            caption=caption,
            before=grid.before,
            picture=Picture(identity=identity, tokens=grid.tokens, positions=grid.positions),
            after=grid.after,
        )

    def _identity(self, frames: Sequence[Pixels]) -> str:
        digest = hashlib.sha256(self._settings_identity.encode())
        for frame in frames:
            digest.update(repr(frame.shape).encode())
            digest.update(frame.tobytes())
        return digest.hexdigest()

    @contextmanager
    def _timed(self) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds += time.monotonic() - begun

    def _evict(self, keep: str) -> None:
        size = sum(embedding.nbytes for embedding in self._embeddings.values())
        for identity in list(self._embeddings):
            if size <= _EMBEDDING_BYTES or identity == keep:
                return
            size -= self._embeddings.pop(identity).nbytes


def _time_caption(times_s: Sequence[float]) -> str:
    """How Qwen was trained to be told a pair's time: the mean of its two frames."""
    return f"<{sum(times_s) / len(times_s):.1f} seconds>"


def _take(path: Path) -> Pixels:
    """Fetch pixels that the media process left, and remove the file."""
    try:
        pixels: Pixels = np.load(path, allow_pickle=False)
    finally:
        path.unlink(missing_ok=True)
    return pixels


def _file_identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise FileFailure(Problem.FILE_MISSING, path.name) from error
    return status.st_size, status.st_mtime_ns
