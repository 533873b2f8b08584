"""Looks at a file before any decoder is started: is it there, and what is it really?"""

import stat
from enum import Enum
from pathlib import Path

from runtime.problems import FileFailure, Problem

# Enough to see the second packet of an MPEG transport stream.
HEAD_BYTES = 512

ICON_START = b"\0\0\1\0"
_PICTURE_STARTS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",  # JPEG
    b"GIF87a",
    b"GIF89a",
    b"II*\0",  # TIFF, and BigTIFF below
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    ICON_START,
)
_VIDEO_STARTS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"OggS",
    b"FLV\1",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"\0\0\1\xba",  # MPEG program stream
    b"\0\0\1\xb3",  # MPEG video
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01",  # MXF
    b"DKIF",
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
# Said by pictures of either kind; their codec stands among the compatible brands.
_EITHER_BRANDS = {b"mif1", b"mif2", b"msf1"}
_BITMAP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_TS = ((0, 188), (4, 192))


class FileKind(Enum):
    """What a file is to us."""

    PICTURE = "picture"
    VIDEO = "video"


def sniff(head: bytes) -> FileKind | None:
    """What the file starting with `head` is; None if neither picture nor video."""
    if head[4:8] == b"ftyp":
        return FileKind.PICTURE if _is_still_container(head) else FileKind.VIDEO
    if head.startswith(_PICTURE_STARTS) or _is_other_picture(head):
        return FileKind.PICTURE
    if head.startswith(_VIDEO_STARTS) or _is_other_video(head):
        return FileKind.VIDEO
    return None


def is_heif(head: bytes) -> bool:
    """Whether it takes the HEIF decoder to read this picture."""
    if not _is_still_container(head):
        return False
    return not _AVIF_BRANDS & {head[8:12], *_compatible_brands(head)}


def _is_still_container(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS | _AVIF_BRANDS | _EITHER_BRANDS


def _compatible_brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[start : start + 4] for start in range(16, end, 4)}


def _is_other_picture(head: bytes) -> bool:
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    if head.startswith(b"BM"):
        # Two letters prove nothing: many texts start with them.
        return int.from_bytes(head[14:18], "little") in _BITMAP_HEADER_SIZES
    # PBM, PGM, PPM, as text or binary.
    return head[:1] == b"P" and head[1:2] in b"123456" and head[2:3] in {b" ", b"\n", b"\r", b"\t"}


def _is_other_video(head: bytes) -> bool:
    if head.startswith(b"RIFF"):
        return head[8:12] == b"AVI "
    if head[4:8] in {b"moov", b"mdat"}:
        return True
    if head[4:8] in {b"wide", b"free", b"skip", b"pnot"}:
        # A small box, as QuickTime writes it first; "sugar free" is just words.
        return head[:1] == b"\0"
    # MPEG transport stream: a sync byte before each packet, or before each packet's timestamp.
    return any(head[at : at + 1] == b"G" == head[at + size : at + size + 1] for at, size in _TS)


def kind_of(path: Path) -> FileKind:
    """Whether the file is a picture or a video, by its first bytes.

    Raises:
        FileFailure: it is neither, or cannot be read at all
    """
    _require_filled_file(path)
    kind = sniff(read_head(path))
    if kind is None:
        raise FileFailure(Problem.FILE_KIND_UNKNOWN, path.name)
    return kind


def read_head(path: Path) -> bytes:
    """The first bytes of a file.

    Raises:
        FileFailure: the file cannot be read
    """
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise FileFailure(Problem.FILE_UNREADABLE, path.name) from error


def _require_filled_file(path: Path) -> None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        # ValueError: a name with a zero byte in it, which no file can have.
        raise FileFailure(Problem.FILE_MISSING, path.name) from error
    except OSError as error:
        raise FileFailure(Problem.FILE_UNREADABLE, path.name) from error
    if stat.S_ISDIR(status.st_mode):
        raise FileFailure(Problem.FILE_IS_FOLDER, path.name)
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe or a device could wait for ever.
        raise FileFailure(Problem.FILE_UNREADABLE, path.name)
    if status.st_size == 0:
        raise FileFailure(Problem.FILE_EMPTY, path.name)
