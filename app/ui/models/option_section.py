"""One size of a model, which opens to its quantisations."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import Fit, ModelKey, ModelOption
from app.model_manager.options.option_text import FIT
from app.ui.controls.labels import make_label
from app.ui.models.option_row import OptionRow
from app.ui.style.theme import LARGE, MEDIUM, SMALL, TIGHT, Theme

_ARROW_PX = 16


class OptionSection(QWidget):
    """A heading and, once it was opened, the rows below it.

    Signals:
        focused: the heading or row that has the keyboard now
        warning_accepted: ModelKey of what the user takes although it does not fit
    """

    focused = Signal(object)
    warning_accepted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        actions: ModelActions,
        title: str,
        accepted: set[ModelKey],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self._options: tuple[ModelOption, ...] = ()
        self._accepted = accepted
        self._rows: dict[ModelKey, OptionRow] = {}
        self.heading = SectionHeading(theme, title)
        self.heading.toggled.connect(self._on_toggled)
        self.heading.focused.connect(self.focused)
        self._body = QWidget()
        self._body.setObjectName("plain")
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(LARGE, 0, 0, SMALL)
        self._column.setSpacing(2)
        self._body.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.heading)
        column.addWidget(self._body)

    @property
    def is_open(self) -> bool:
        """Whether its rows are shown."""
        return self.heading.isChecked()

    def rows(self) -> tuple[OptionRow, ...]:
        """The rows that are shown, top to bottom."""
        if not self.is_open:
            return ()
        return tuple(self._rows[option.key] for option in self._options)

    def show_options(self, options: Sequence[ModelOption]) -> None:
        """Show these; rows that stay the same option stay the same widget."""
        self._options = tuple(options)
        self.heading.show_options(self._options)
        # Nobody looks at the rows of a section that was never opened: they are built then.
        if self.is_open or self._rows:
            self._update_rows()

    def open(self, *, is_open: bool = True) -> None:
        """Show or hide the rows."""
        self.heading.setChecked(is_open)

    def _update_rows(self) -> None:
        keys = {option.key for option in self._options}
        for key in [key for key in self._rows if key not in keys]:
            row = self._rows.pop(key)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, option in enumerate(self._options):
            if option.key in self._rows:
                self._rows[option.key].show_option(option)
            else:
                self._rows[option.key] = self._make_row(option)
            self._column.insertWidget(place, self._rows[option.key])

    def _make_row(self, option: ModelOption) -> OptionRow:
        row = OptionRow(self._theme, self._actions, option)
        row.set_current(is_current=False)
        if option.key in self._accepted:
            row.forget_warning()
        row.focused.connect(self.focused)
        row.warning_accepted.connect(self.warning_accepted)
        return row

    def _on_toggled(self, is_open: bool) -> None:
        if is_open:
            self._update_rows()
        self._body.setVisible(is_open)


class SectionHeading(QPushButton):
    """The name of a size, how the best of it fits, and an arrow.

    Signals:
        focused: it has the keyboard now
    """

    focused = Signal(object)

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._summary = ""
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setProperty("kind", "row")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._arrow = QLabel()
        self._name = make_label(title, strong=True)
        self._words = make_label(tone="quiet", size="caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(SMALL, SMALL, MEDIUM, SMALL)
        row.setSpacing(TIGHT + 2)
        row.addWidget(self._arrow)
        row.addWidget(self._name)
        row.addStretch()
        row.addWidget(self._words)
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.toggled.connect(self._draw)
        theme.changed.connect(self._draw)
        self._draw()

    def show_options(self, options: Sequence[ModelOption]) -> None:
        """Say the best that is in here."""
        self._summary = summary_of(options)
        self._words.setText(self._summary)
        self._draw()

    def set_current(self, *, is_current: bool) -> None:
        """Be the one that Tab goes to."""
        policy = Qt.FocusPolicy.StrongFocus if is_current else Qt.FocusPolicy.ClickFocus
        self.setFocusPolicy(policy)

    def _draw(self) -> None:
        is_open = self.isChecked()
        icon = self._theme.icon("fold" if is_open else "next")
        self._arrow.setPixmap(icon.pixmap(_ARROW_PX, _ARROW_PX))
        state = "opened" if is_open else "closed"
        self.setAccessibleName(f"{self._title}, {state}")
        self.setAccessibleDescription(self._summary)

    def sizeHint(self) -> QSize:
        """As large as its words."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As large as its words."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open and close like the branches of a tree."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.toggle()
            case Qt.Key.Key_Right if not self.isChecked():
                self.setChecked(True)
            case Qt.Key.Key_Left if self.isChecked():
                self.setChecked(False)
            case _:
                event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Become the current one."""
        super().focusInEvent(event)
        self.focused.emit(self)


def summary_of(options: Sequence[ModelOption]) -> str:
    """What matters about a size in a few words."""
    parts = []
    if any(option.is_loaded for option in options):
        parts.append("in use")
    elif any(option.transfer is not None for option in options):
        parts.append("downloading")
    elif any(option.is_installed for option in options):
        parts.append("installed")
    if any(option.is_recommended for option in options):
        parts.append("recommended")
    fits = {option.fit for option in options}
    best = next((fit for fit in Fit if fit in fits), None)
    if best is not None:
        parts.append(FIT[best].lower())
    return " · ".join(parts)
