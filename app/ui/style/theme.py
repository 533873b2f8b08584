"""Colours, type and spacing: the only numbers about looks."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette

from app.ui.style.icons import make_icon

# Every distance is one of these, in device-independent pixels.
TIGHT = 4
SMALL = 8
MEDIUM = 12
LARGE = 16
WIDE = 24
HUGE = 40

COLUMN_WIDTH = 760
SIDEBAR_WIDTH = 256
THUMBNAIL_SIDE = 96
PICTURE_HEIGHT = 180
PICTURE_WIDTH = 320
ROUND = 10
ROUND_LARGE = 18
ICON_SIDE = 18
CONTROL_SIDE = 34
SMALL_CONTROL_SIDE = 28
COMPOSER_LINES = 8
PICKER_WIDTH = 680
PICKER_HEIGHT = 620


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """One calm palette; `text` and `quiet` reach 4.5:1 on every ground.

    Attributes:
        ground: behind the conversation
        aside: behind the sidebar
        surface: the composer, notices and menus
        bubble: behind what the user said
        hover: behind a control under the pointer
        line: borders and rules
        text: what is read
        quiet: what is only glanced at
        accent: the one colour; links, focus, the send button
        on_accent: text on the accent
        good: ready
        warning: something to know
        problem: something went wrong
        code: behind code
        weights: a model's weights in a memory bar
        context: its context there
        pictures: what it looks at pictures with
    """

    ground: str
    aside: str
    surface: str
    bubble: str
    hover: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    good: str
    warning: str
    problem: str
    code: str
    weights: str
    context: str
    pictures: str


LIGHT = Colours(
    ground="#fcfbf9",
    aside="#f4f2ee",
    surface="#ffffff",
    bubble="#e7efee",
    hover="#e8e5df",
    line="#e2ded7",
    text="#22211f",
    quiet="#66625b",
    accent="#1c6b73",
    on_accent="#ffffff",
    good="#2f7d4f",
    warning="#8a5a00",
    problem="#b3362b",
    code="#f4f2ee",
    weights="#1c6b73",
    context="#4f979e",
    pictures="#b3883a",
)

DARK = Colours(
    ground="#1c1d1f",
    aside="#161719",
    surface="#26282b",
    bubble="#2a3537",
    hover="#303337",
    line="#393c40",
    text="#eceae6",
    quiet="#a8a59f",
    accent="#76bcc2",
    on_accent="#10292c",
    good="#74c191",
    warning="#e0b060",
    problem="#f08a7e",
    code="#131416",
    weights="#8fd0d5",
    context="#4f949a",
    pictures="#d2a95f",
)


class Size(StrEnum):
    """The steps of the type scale."""

    CAPTION = "caption"
    BODY = "body"
    LEAD = "lead"
    TITLE = "title"


# Relative to the system's own size, so that a user who chose large type gets large type.
_SCALE = {Size.CAPTION: 0.92, Size.BODY: 1.06, Size.LEAD: 1.2, Size.TITLE: 1.9}


class Theme(QObject):
    """What everything looks like now; follows the system between light and dark.

    Signals:
        changed: colours are different now; draw again
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        hints = QGuiApplication.styleHints()
        self._colours = _colours_of(hints.colorScheme())
        self._icons: dict[tuple[str, str], QIcon] = {}
        hints.colorSchemeChanged.connect(self._on_scheme_changed)

    @property
    def colours(self) -> Colours:
        """The palette in use."""
        return self._colours

    @property
    def is_dark(self) -> bool:
        """Whether the dark palette is in use."""
        return self._colours is DARK

    def icon(self, name: str, colour: str | None = None) -> QIcon:
        """A line icon, in the colour of quiet text unless told otherwise."""
        key = (name, colour or self._colours.quiet)
        if key not in self._icons:
            self._icons[key] = make_icon(name, QColor(key[1]))
        return self._icons[key]

    def font(self, size: Size = Size.BODY) -> QFont:
        """The system's UI font at a step of our scale."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPointSizeF(self.points(size))
        return font

    def code_font(self) -> QFont:
        """The system's fixed font, as large as it looks right beside the body."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.points(Size.BODY) * 0.92)
        return font

    def points(self, size: Size) -> float:
        """A step of the type scale in points."""
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
        return round(max(system, 9.0) * _SCALE[size], 1)

    def palette(self) -> QPalette:
        """The same colours for what style sheets do not reach."""
        colours, roles = self._colours, QPalette.ColorRole
        palette = QPalette()
        for role, colour in (
            (roles.Window, colours.ground),
            (roles.Base, colours.surface),
            (roles.Text, colours.text),
            (roles.WindowText, colours.text),
            (roles.ButtonText, colours.text),
            (roles.PlaceholderText, colours.quiet),
            (roles.Highlight, colours.accent),
            (roles.HighlightedText, colours.on_accent),
            (roles.Link, colours.accent),
        ):
            palette.setColor(role, QColor(colour))
        return palette

    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        colours = _colours_of(scheme)
        if colours is not self._colours:
            self._colours = colours
            self.changed.emit()


def _colours_of(scheme: Qt.ColorScheme) -> Colours:
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT
