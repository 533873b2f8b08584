"""Labels in the steps of the theme."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def make_label(
    text: str = "",
    *,
    tone: str = "",
    size: str = "",
    strong: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """A label of plain words that the style sheet knows how to draw.

    Attributes of the style sheet: `tone` is a colour, `size` a step of the type scale.
    """
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("tone", tone)
    # Not "size": that is a property every widget has already.
    label.setProperty("step", size)
    label.setProperty("weight", "strong" if strong else "")
    return label


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a property it looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
