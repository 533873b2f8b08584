"""Buttons of words in the kinds that the style sheet knows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton


def make_button(text: str, kind: str, name: str = "") -> QPushButton:
    """A button of words.

    Args:
        text: with & before the letter that goes with Alt
        kind: "chief" for the one that is meant, "plain", "quiet", or "example"
        name: for somebody who hears it, where the text alone says too little
    """
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setAccessibleName(name or text.replace("&", ""))
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setAutoDefault(False)
    return button
