"""Buttons of words in the kinds that the style sheet knows, and buttons that are icons."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from app.ui.style.theme import CONTROL_SIDE, ICON_SIDE, Theme


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


class IconButton(QToolButton):
    """A tool button whose icon follows the theme.

    Its label is the tooltip and the accessible name.
    """

    def __init__(
        self,
        theme: Theme,
        icon: str,
        label: str,
        *,
        side_px: int = CONTROL_SIDE,
        kind: str = "icon",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._is_faded = False
        self.setProperty("kind", kind)
        self.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.setFixedSize(side_px, side_px)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_meaning(icon, label)
        theme.changed.connect(self._on_theme_changed)

    def show_meaning(self, icon: str, label: str) -> None:
        """Become the button for something else."""
        self._icon_name = icon
        self.setToolTip(label)
        self.setAccessibleName(label)
        self._on_theme_changed()

    def fade(self, *, is_faded: bool) -> None:
        """Be there for the keyboard, but not for the eye until it is wanted."""
        self._is_faded = is_faded
        self.update()

    def _on_theme_changed(self) -> None:
        colours = self._theme.colours
        tone = colours.on_accent if self.property("kind") == "main" else colours.quiet
        self.setIcon(self._theme.icon(self._icon_name, tone))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nothing while faded, unless the keyboard is here."""
        if not self._is_faded or self.hasFocus():
            super().paintEvent(event)
