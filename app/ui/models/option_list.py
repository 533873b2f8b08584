"""All sizes below each other, walked by the arrow keys like a tree."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelKey, ModelOption, ModelOptions
from app.ui.models.option_row import OptionRow
from app.ui.models.option_section import OptionSection, SectionHeading
from app.ui.style.theme import SMALL, Theme

IMPORTED = "Imported"
DEMONSTRATION = "Demonstration"

# What the keyboard stands on.
_Place = OptionRow | SectionHeading


class OptionList(QWidget):
    """Sections of options; exactly one heading or row is reached by Tab.

    Signals:
        current_changed: the ModelOption of the row that has the keyboard, None on a heading
        place_focused: the widget that has the keyboard, which should be seen
    """

    current_changed = Signal(object)
    place_focused = Signal(object)

    def __init__(self, theme: Theme, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plain")
        self._theme = theme
        self._actions = actions
        self._accepted: set[ModelKey] = set()
        self._sections: dict[str, OptionSection] = {}
        self._current: _Place | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SMALL, 0, SMALL, 0)
        self._column.setSpacing(2)
        self._column.addStretch()

    def sections(self) -> tuple[OptionSection, ...]:
        """The sections, top to bottom."""
        return tuple(self._sections.values())

    def show_options(self, options: Sequence[ModelOption]) -> None:
        """Show these, by size."""
        groups: dict[str, list[ModelOption]] = {}
        for option in options:
            groups.setdefault(section_of(option), []).append(option)
        for title in [title for title in self._sections if title not in groups]:
            self._drop(title)
        for place, (title, group) in enumerate(groups.items()):
            if title not in self._sections:
                self._sections[title] = self._make_section(title)
            self._sections[title].show_options(group)
            self._column.insertWidget(place, self._sections[title])
        self._sections = {title: self._sections[title] for title in groups}
        if self._current not in self._places():
            self._take_current(next(iter(self._places()), None))

    def open_at(self, options: ModelOptions) -> None:
        """Open where the user probably wants to look, and put the keyboard there."""
        wanted = options.loaded or options.recommended
        if wanted is not None and (section := self._sections.get(section_of(wanted))):
            section.open()
            row = next((row for row in section.rows() if row.option.key == wanted.key), None)
            self._go_to(row)
        else:
            self._go_to(next(iter(self._places()), None))

    def _make_section(self, title: str) -> OptionSection:
        section = OptionSection(self._theme, self._actions, title, self._accepted)
        section.heading.set_current(is_current=False)
        section.focused.connect(self._on_focused)
        section.warning_accepted.connect(self._accepted.add)
        return section

    def _drop(self, title: str) -> None:
        section = self._sections.pop(title)
        self._column.removeWidget(section)
        section.hide()
        section.deleteLater()

    def _places(self) -> list[_Place]:
        places: list[_Place] = []
        for section in self._sections.values():
            places += [section.heading, *section.rows()]
        return places

    def _go_to(self, place: _Place | None) -> None:
        if place is not None:
            place.setFocus(Qt.FocusReason.TabFocusReason)

    def _move(self, step: int) -> None:
        places = self._places()
        if self._current in places:
            target = places.index(self._current) + step
            self._go_to(places[min(max(target, 0), len(places) - 1)])

    def _go_to_heading(self) -> None:
        for section in self._sections.values():
            if self._current in section.rows():
                self._go_to(section.heading)

    def _take_current(self, place: _Place | None) -> None:
        if self._current is not None and self._current in self._places():
            self._current.set_current(is_current=False)
        self._current = place
        if place is not None:
            place.set_current(is_current=True)

    def _on_focused(self, place: _Place) -> None:
        self._take_current(place)
        self.current_changed.emit(place.option if isinstance(place, OptionRow) else None)
        self.place_focused.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk up and down; left goes to the heading."""
        match event.key():
            case Qt.Key.Key_Down:
                self._move(1)
            case Qt.Key.Key_Up:
                self._move(-1)
            case Qt.Key.Key_Home:
                self._go_to(next(iter(self._places()), None))
            case Qt.Key.Key_End:
                self._move(len(self._places()))
            case Qt.Key.Key_Left:
                self._go_to_heading()
            case _:
                super().keyPressEvent(event)


def section_of(option: ModelOption) -> str:
    """The title it stands under."""
    if option.is_demo:
        return DEMONSTRATION
    return option.model if option.size else IMPORTED
