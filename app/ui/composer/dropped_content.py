"""Reads what was dropped or pasted: files, a picture, words, or only a web address."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

_REMOTE_SCHEMES = frozenset({"http", "https", "ftp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedFiles:
    """Files and folders on this computer."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedPicture:
    """A picture without a file, such as a screenshot on the clipboard."""

    image: QImage


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedBytes:
    """A picture in a format that Qt cannot read; the media process may.

    Attributes:
        suffix: what a file of this format is called at its end, with the dot
    """

    content: bytes
    suffix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedText:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedLink:
    """Nothing but a web address, which we never fetch."""


DroppedContent = DroppedFiles | DroppedPicture | DroppedBytes | DroppedText | DroppedLink


def is_droppable(mime: QMimeData) -> bool:
    """Whether a drag is worth a welcome; looks at names only, so it is quick."""
    return mime.hasUrls() or mime.hasText() or mime.hasImage() or bool(_image_formats(mime))


def is_media(mime: QMimeData) -> bool:
    """Whether a drag holds more than words."""
    return mime.hasUrls() or mime.hasImage() or bool(_image_formats(mime))


def read_dropped(mime: QMimeData) -> DroppedContent | None:
    """What a drop holds, the nearest to the user's own file first."""
    return _files(mime) or _picture(mime) or _remote(mime) or _text(mime)


def read_pasted(mime: QMimeData) -> DroppedContent | None:
    """What a paste holds.

    Spreadsheets and word processors put a picture of the words beside the words; the
    words are what is meant.
    """
    words = _text(mime)
    if words and not _is_address(words.text):
        return _files(mime) or words
    return _files(mime) or _picture(mime) or words


def _files(mime: QMimeData) -> DroppedFiles | None:
    paths = tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return DroppedFiles(paths=paths) if paths else None


def _picture(mime: QMimeData) -> DroppedPicture | DroppedBytes | None:
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return DroppedPicture(image=image)
    contents = [(name, bytes(mime.data(name).data())) for name in _image_formats(mime)]
    for _, content in contents:
        image = QImage.fromData(content)
        if not image.isNull():
            return DroppedPicture(image=image)
    for name, content in contents:
        if content:
            return DroppedBytes(content=content, suffix="." + name.split("/")[1].split("+")[0])
    return None


def _remote(mime: QMimeData) -> DroppedLink | None:
    urls = mime.urls()
    if not urls and mime.hasText() and _is_address(mime.text()):
        urls = [QUrl(mime.text().strip())]
    return DroppedLink() if any(url.scheme() in _REMOTE_SCHEMES for url in urls) else None


def _text(mime: QMimeData) -> DroppedText | None:
    text = mime.text() if mime.hasText() else ""
    return DroppedText(text=text) if text else None


def _image_formats(mime: QMimeData) -> list[str]:
    return [name for name in mime.formats() if name.startswith("image/")]


def _is_address(text: str) -> bool:
    words = text.split()
    return len(words) == 1 and QUrl(words[0]).scheme() in _REMOTE_SCHEMES
