import pytest

from runtime.media.file_checks import FileKind, is_heif, sniff


@pytest.mark.parametrize(
    "text",
    [
        b"BMW makes cars, and this is a text about them.",
        b"The free world, described in a text file.",
        b"P3X-888 is a planet",
        b"<!doctype html><title>No picture</title>",
        b"Good morning" + b"." * 176 + b"and good night",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"ID3\4\0 a song",
        b"#EXTM3U\nfile:///etc/passwd",
        b"\0" * 512,
    ],
)
def test_that_what_only_looks_alike_is_no_picture_and_no_video(text: bytes) -> None:
    assert sniff(text) is None


@pytest.mark.parametrize(
    ("head", "kind", "heif"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", FileKind.PICTURE, True),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", FileKind.PICTURE, True),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", FileKind.PICTURE, False),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", FileKind.PICTURE, False),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", FileKind.VIDEO, False),
        (b"\0\0\0\x08wide\0\1\0\0mdat", FileKind.VIDEO, False),
        (b"RIFF\0\0\0\0AVI LIST", FileKind.VIDEO, False),
        (b"RIFF\0\0\0\0WEBPVP8 ", FileKind.PICTURE, False),
        (b"G" + b"\0" * 187 + b"G", FileKind.VIDEO, False),
    ],
)
def test_that_the_first_bytes_tell_the_kind(head: bytes, kind: FileKind, *, heif: bool) -> None:
    assert sniff(head) is kind
    assert is_heif(head) is heif
