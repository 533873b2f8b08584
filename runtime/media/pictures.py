"""Reads pictures with Pillow and writes their pixels; runs in the media process only."""

import errno
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from runtime.media.colour import flat_srgb, plain
from runtime.media.file_checks import ICON_START, is_heif, read_head
from runtime.media.frame_budget import fit_pixels, fit_side
from runtime.problems import FileFailure, Problem

# Always the same length, so that it can be written again once the number of frames is known.
_HEADER_BYTES = 128

MOST_PIXELS = 250_000_000
THUMBNAIL_SIDE = 256
# Anything else Pillow knows is rare, or too old to trust.
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "ICO", "PPM")
# What Pillow and its plugins were seen to raise at bytes that make no sense.
_DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Fit = Callable[[int, int], tuple[int, int]]


def header(*shape: int) -> bytes:
    """The start of a version 1.0 .npy file of uint8 in C order."""
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
    length = _HEADER_BYTES - 10
    size = length.to_bytes(2, "little")
    return b"\x93NUMPY\x01\x00" + size + text.ljust(length - 1).encode() + b"\n"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tells a failure to write our own file from a damaged file of the user's.

    Raises:
        FileFailure: DISK_FULL, or UNEXPECTED for any other reason not to write
    """
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        problem = Problem.DISK_FULL if full else Problem.UNEXPECTED
        raise FileFailure(problem, error.strerror or path.name) from error


def inspect(path: Path, *, thumbnail: Path) -> dict[str, object]:
    """Measure a picture and write its thumbnail."""
    with _opened(path) as image:
        frames = _frames(image)
        width, height = _upright_size(image)
        small = _finished(image, lambda w, h: fit_side(w, h, THUMBNAIL_SIDE))
    write_thumbnail(small, thumbnail)
    return {"width": width, "height": height, "frames": frames}


def read(path: Path, *, target: Path, max_pixels: int) -> dict[str, object]:
    """Write a picture's pixels to `target`, at most `max_pixels` of them."""
    with _opened(path) as image:
        original_width, original_height = _upright_size(image)
        fitted = _finished(image, lambda w, h: fit_pixels(w, h, max_pixels))
    with writing(target), target.open("xb") as file:
        file.write(header(fitted.height, fitted.width, 3))
        file.write(fitted.tobytes())
    return {
        "width": fitted.width,
        "height": fitted.height,
        "original_width": original_width,
        "original_height": original_height,
    }


def write_thumbnail(image: Image.Image, thumbnail: Path) -> None:
    """Write a small picture as PNG, whatever the file is called."""
    with writing(thumbnail), thumbnail.open("xb") as file:
        image.save(file, "PNG")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The picture, measured but not decoded; its failures named as long as it is open."""
    head = read_head(path)
    # Our own bound comes right after opening; Pillow's would hide the size from the user. But
    # opening an icon decodes the PNG inside, which can be larger than the icon says.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2 if head.startswith(ICON_START) else None
    if is_heif(head):
        _learn_heif()
    try:
        # Pillow's warnings are for programmers.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=(*_FORMATS, *_extra_formats())) as image:
                _require_reasonable(image)
                yield image
    except FileFailure:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise FileFailure(Problem.PICTURE_TOO_LARGE, path.name) from error
    except _DAMAGE as error:
        raise FileFailure(Problem.PICTURE_DAMAGED, path.name) from error


def _learn_heif() -> None:
    # Only when needed: libheif takes longer to load than most pictures take to read.
    from pillow_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener(thumbnails=False)


def _extra_formats() -> tuple[str, ...]:
    return ("HEIF",) if "HEIF" in Image.OPEN else ()


def _require_reasonable(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise FileFailure(Problem.PICTURE_TOO_LARGE, f"{width} × {height}")  # noqa: RUF001


def _frames(image: Image.Image) -> int:
    return max(1, int(getattr(image, "n_frames", 1)))


def _orientation(image: Image.Image) -> int:
    if image.format == "TIFF":
        # Pillow turns these by itself, and says so only once they are decoded.
        return 1
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _DAMAGE:
        # Broken notes beside a picture do not spoil the picture.
        return 1


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) >= 5 else (width, height)


def _finished(image: Image.Image, fit: Fit) -> Image.Image:
    """The picture as the model sees it: fitted, on white, in sRGB, upright."""
    orientation = _orientation(image)
    size = fit(*image.size)
    # Lets JPEG decode at a fraction of its size; others ignore it.
    image.draft(None, size)
    small = plain(image)
    if small.size != size:
        # Colours are worked out after scaling: a full-size copy less in memory.
        small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    flat = flat_srgb(small, image.info.get("icc_profile"))
    return flat.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else flat
