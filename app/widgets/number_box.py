"""A number with its unit, drawn in the theme's colours."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QSpinBox,
    QStyle,
    QStyleOptionSpinBox,
    QWidget,
)

from app.widgets.theme import Colours, Theme

# The style sheet's padding does not reach the text inside.
_TEXT_MARGIN_PX = 6
_ARROW_PX = QPointF(3.5, 2.0)


class NumberBox(QSpinBox):
    """A whole number between two others.

    The style sheet draws the box; its arrows could only come from image files of one colour.
    """

    def __init__(
        self, theme: Theme, most: int, suffix: str, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setRange(0, most)
        self.setSuffix(suffix)
        self.setAccessibleName(name)
        self.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrows into the style sheet's box."""
        super().paintEvent(event)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        _draw_arrows(self, option, self._theme.colours)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only when the keyboard is here: scrolling past must not change a number."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class AmountBox(QDoubleSpinBox):
    """A number with one decimal, drawn like a `NumberBox`."""

    def __init__(
        self, theme: Theme, most: float, suffix: str, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setRange(0, most)
        self.setDecimals(1)
        self.setSingleStep(0.5)
        self.setSuffix(suffix)
        self.setAccessibleName(name)
        self.lineEdit().setTextMargins(_TEXT_MARGIN_PX, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrows into the style sheet's box."""
        super().paintEvent(event)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        _draw_arrows(self, option, self._theme.colours)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only when the keyboard is here: scrolling past must not change a number."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _draw_arrows(box: QAbstractSpinBox, option: QStyleOptionSpinBox, colours: Colours) -> None:
    painter = QPainter(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    flags, parts = QAbstractSpinBox.StepEnabledFlag, QStyle.SubControl
    for part, flag, up in (
        (parts.SC_SpinBoxUp, flags.StepUpEnabled, -1),
        (parts.SC_SpinBoxDown, flags.StepDownEnabled, 1),
    ):
        place = box.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, box)
        is_possible = box.isEnabled() and bool(option.stepEnabled & flag)
        painter.setPen(QPen(QColor(colours.text if is_possible else colours.line), 1.5))
        painter.drawPolyline(_arrow(QRectF(place).center(), up))
    painter.end()


def _arrow(centre: QPointF, direction: int) -> QPolygonF:
    wide, high = _ARROW_PX.x(), _ARROW_PX.y() * direction
    return QPolygonF(
        [
            QPointF(centre.x() - wide, centre.y() - high),
            QPointF(centre.x(), centre.y() + high),
            QPointF(centre.x() + wide, centre.y() - high),
        ]
    )
