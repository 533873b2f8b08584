"""Draws an attachment as a small picture with round corners."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from app.chat.turns import Attachment
from app.notifications.formatting import clock
from app.ui.style.icons import make_pixmap
from app.ui.style.theme import (
    PICTURE_HEIGHT,
    PICTURE_WIDTH,
    ROUND,
    THUMBNAIL_SIDE,
    Size,
    Theme,
)

_BADGE = QColor(0, 0, 0, 165)
_BADGE_TEXT = "#ffffff"


class Thumbnail(QWidget):
    """The thumbnail of one attachment; a video says how long it is."""

    def __init__(self, theme: Theme, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._attachment: Attachment | None = None
        self._source = QPixmap()
        self._fitted = QPixmap()
        self.setFixedSize(size)
        theme.changed.connect(self.update)

    def show_attachment(self, attachment: Attachment) -> None:
        """Draw this attachment."""
        self._attachment = attachment
        self._source = QPixmap(str(attachment.thumbnail))
        self._fitted = QPixmap()
        self.setAccessibleName(describe(attachment))
        self.setToolTip(describe(attachment))
        self.update()

    def _fit(self) -> QPixmap:
        """The picture cropped to our shape, for the screen we are on."""
        scale = self.devicePixelRatioF()
        if self._fitted.isNull() or self._fitted.devicePixelRatioF() != scale:
            self._fitted = self._source.scaled(
                self.size() * scale,
                Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )
            self._fitted.setDevicePixelRatio(scale)
        return self._fitted

    def _draw_picture(self, painter: QPainter) -> None:
        fitted = self._fit()
        size = fitted.deviceIndependentSize()
        corner = QPoint(
            round((self.width() - size.width()) / 2), round((self.height() - size.height()) / 2)
        )
        painter.drawPixmap(corner, fitted)

    def _draw_placeholder(self, painter: QPainter) -> None:
        colours = self._theme.colours
        painter.fillRect(self.rect(), QColor(colours.hover))
        icon = make_pixmap("picture", QColor(colours.quiet), 24, self.devicePixelRatioF())
        painter.drawPixmap(self.rect().center() - QPoint(12, 12), icon)

    def _draw_badge(self, painter: QPainter, duration_s: float) -> None:
        font = self._theme.font(Size.CAPTION)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        words = clock(duration_s)
        width = painter.fontMetrics().horizontalAdvance(words) + 26
        badge = QRect(6, self.height() - 28, width, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BADGE)
        painter.drawRoundedRect(badge, 7, 7)
        play = make_pixmap("play", QColor(_BADGE_TEXT), 14, self.devicePixelRatioF())
        painter.drawPixmap(badge.topLeft() + QPoint(5, 4), play)
        painter.setPen(QColor(_BADGE_TEXT))
        text = badge.adjusted(20, 0, 0, 0)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw picture, edge and badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)
        painter.setClipPath(shape)
        if self._source.isNull():
            self._draw_placeholder(painter)
        else:
            self._draw_picture(painter)
        if self._attachment is not None and self._attachment.duration_s is not None:
            self._draw_badge(painter, self._attachment.duration_s)
        painter.setPen(QColor(self._theme.colours.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)


def describe(attachment: Attachment) -> str:
    """An attachment in words."""
    size = f"{attachment.name}, {attachment.width} by {attachment.height}"
    length = "" if attachment.duration_s is None else f", {clock(attachment.duration_s)}"
    return size + length


def square() -> QSize:
    """The shape in the tray and among several pictures."""
    return QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE)


def generous(attachment: Attachment) -> QSize:
    """The shape of a picture that stands alone, near to its own."""
    ratio = attachment.width / max(1, attachment.height)
    width = min(PICTURE_WIDTH, max(THUMBNAIL_SIDE, round(PICTURE_HEIGHT * ratio)))
    return QSize(width, min(PICTURE_HEIGHT, max(72, round(width / ratio))))
