"""What the pages of the settings are put together from."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.widgets.labels import make_label
from app.widgets.theme import SMALL, WIDE

WIDTH_PX = 520
# A tick's box with its border, and the distance to its words.
_INDENT_PX = 22 + SMALL


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
