"""What a form is made of: tick box, number with its unit, rows and rules."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QStyleOptionSpinBox,
    QWidget,
)

from app.ui.controls.labels import make_label
from app.ui.style.theme import SMALL, WIDE, Colours, Theme

# The style sheet's padding does not reach the text inside.
_TEXT_MARGIN_PX = 6
_ARROW_PX = QPointF(3.5, 2.0)
WIDTH_PX = 520
# A tick's box with its border, and the distance to its words.
_INDENT_PX = 22 + SMALL


class TickBox(QCheckBox):
    """A check box; the style sheet draws the box, and our icon is the tick."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tick into the style sheet's box."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        self._theme.icon("done", self._theme.colours.on_accent).paint(painter, place)
        painter.end()


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


def make_quiet(text: str) -> QLabel:
    """An explanation below a field."""
    label = make_label(text, tone="quiet", size="caption")
    label.setWordWrap(True)
    return label


def make_rule() -> QWidget:
    """A line between two subjects."""
    rule = QWidget()
    rule.setObjectName("rule")
    rule.setFixedSize(WIDTH_PX - 2 * WIDE, 1)
    return rule


def make_row(before: str, field: QWidget, after: str = "") -> QWidget:
    """A field in the middle of its sentence."""
    label = make_label(before)
    label.setBuddy(field)
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(SMALL)
    line.addWidget(label)
    line.addWidget(field)
    if after:
        line.addWidget(make_label(after))
    line.addStretch()
    return row


def indented(widget: QWidget) -> QWidget:
    """Under the words of a tick rather than under its box."""
    margins = widget.contentsMargins()
    widget.setContentsMargins(margins.left() + _INDENT_PX, 0, 0, 0)
    return widget
