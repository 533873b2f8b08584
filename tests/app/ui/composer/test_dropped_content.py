from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.composer.dropped_content import (
    DroppedBytes,
    DroppedFiles,
    DroppedLink,
    DroppedPicture,
    DroppedText,
    is_droppable,
    read_dropped,
    read_pasted,
)


def picture() -> QImage:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    return image


def encoded(kind: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert picture().save(buffer, kind)  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def with_urls(*addresses: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(address) for address in addresses])
    return mime


def test_that_several_files_keep_their_order() -> None:
    given = read_dropped(with_urls("file:///tmp/b.png", "file:///tmp/a%20b.mp4"))
    assert given == DroppedFiles(paths=(Path("/tmp/b.png"), Path("/tmp/a b.mp4")))


def test_that_a_browsers_picture_is_preferred_to_its_address(qapp: QApplication) -> None:
    mime = with_urls("https://example.org/a.png")
    mime.setImageData(picture())
    given = read_dropped(mime)
    assert isinstance(given, DroppedPicture)
    assert given.image.size().width() == 8


def test_that_encoded_picture_data_is_preferred_to_an_address(qapp: QApplication) -> None:
    mime = with_urls("https://example.org/a.png")
    mime.setData("image/png", encoded("PNG"))
    assert isinstance(read_dropped(mime), DroppedPicture)


def test_that_an_address_alone_is_remote() -> None:
    assert read_dropped(with_urls("https://example.org/a.png")) == DroppedLink()


def test_that_a_files_own_picture_does_not_replace_the_file(qapp: QApplication) -> None:
    mime = with_urls("file:///tmp/a.png")
    mime.setImageData(picture())
    assert isinstance(read_pasted(mime), DroppedFiles)


def test_that_a_tiff_from_the_clipboard_is_a_picture(qapp: QApplication) -> None:
    mime = QMimeData()
    mime.setData("image/tiff", encoded("TIFF"))
    given = read_pasted(mime)
    assert isinstance(given, DroppedPicture)
    assert given.image.height() == 6


def test_that_a_format_qt_cannot_read_is_handed_on_as_bytes() -> None:
    mime = QMimeData()
    mime.setData("image/heic", b"not for qt")
    assert read_pasted(mime) == DroppedBytes(content=b"not for qt", suffix=".heic")


def test_that_words_beside_a_picture_of_them_are_pasted_as_words(qapp: QApplication) -> None:
    mime = QMimeData()
    mime.setText("a cell")
    mime.setImageData(picture())
    assert read_pasted(mime) == DroppedText(text="a cell")


def test_that_a_pasted_address_is_text() -> None:
    mime = QMimeData()
    mime.setText("https://example.org")
    assert read_pasted(mime) == DroppedText(text="https://example.org")


def test_that_nothing_is_not_welcome(qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setData("application/x-something", b"1")
    assert not is_droppable(mime)
    assert read_dropped(mime) is None
