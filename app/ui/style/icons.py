"""Our line icons, drawn in any colour, and the program's own icon."""

from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SIZES_PX = (16, 18, 20, 24, 32, 48)
_SCALES = (1, 2, 3)
_PROGRAM_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)


def make_icon(name: str, colour: QColor) -> QIcon:
    """The line icon of this name, drawn in one colour for every common screen scale."""
    drawing = _renderer(name, colour)
    icon = QIcon()
    for size in _SIZES_PX:
        for scale in _SCALES:
            icon.addPixmap(_rendered(drawing, size, scale))
    return icon


def make_pixmap(name: str, colour: QColor, size_px: int, scale: float) -> QPixmap:
    """The line icon of this name at one size."""
    return _rendered(_renderer(name, colour), size_px, scale)


def make_program_icon() -> QIcon:
    """Sideglance's own icon."""
    drawing = _renderer("sideglance", QColor())
    icon = QIcon()
    for size in _PROGRAM_SIZES_PX:
        icon.addPixmap(_rendered(drawing, size, 1))
    return icon


def _renderer(name: str, colour: QColor) -> QSvgRenderer:
    source = files("resources").joinpath("icons", f"{name}.svg").read_text("utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour.name()).encode()))


def _rendered(drawing: QSvgRenderer, size_px: int, scale: float) -> QPixmap:
    side = round(size_px * scale)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    drawing.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
