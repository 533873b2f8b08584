"""A button that is an icon, with its name for those who cannot see it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.widgets.theme import CONTROL_SIDE, ICON_SIDE, Theme


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
