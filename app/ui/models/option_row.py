"""One model at one quantisation: what it costs here, and what can be done with it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import Fit, ModelOption
from app.model_manager.options.option_text import (
    facts_of,
    memory_in_words,
    option_in_words,
    title_of,
)
from app.notifications.formatting import size_in_words
from app.ui.controls.buttons import IconButton, make_button
from app.ui.controls.download_line import DownloadLine
from app.ui.controls.inline_question import InlineQuestion
from app.ui.controls.labels import make_label, restyle
from app.ui.controls.memory_bar import MemoryBar
from app.ui.style.theme import MEDIUM, SMALL, SMALL_CONTROL_SIDE, TIGHT, Colours, Theme

_FIT_ICONS = {Fit.FULLY: "fits", Fit.PARTLY: "fits_partly", Fit.NOT: "fits_not"}
_FIT_PX = 16


class OptionRow(QPushButton):
    """A row that takes the keyboard as a whole; its buttons are reached from there by Tab.

    Enter and Space do what its chief button does, Delete asks whether to delete it.

    Signals:
        focused: the row itself has the keyboard now
        warning_accepted: the user goes on although it does not fit; not to be asked again
    """

    focused = Signal(object)
    warning_accepted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        actions: ModelActions,
        option: ModelOption,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self._option = option
        self._is_current = False
        self._is_warned = False
        self._asking: InlineQuestion | None = None
        self._download: DownloadLine | None = None
        self._delete: IconButton | None = None
        self.setProperty("kind", "row")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._name = make_label(strong=True)
        self._chip = QLabel()
        self._chip.setObjectName("good_chip")
        self._quality = make_label(tone="quiet", size="caption")
        self._act = make_button("", "plain")
        self._fit = QLabel()
        self._facts = make_label(tone="quiet", size="caption")
        self._facts.setWordWrap(True)
        self._bar = MemoryBar(theme)
        self._lay_out()
        self._act.clicked.connect(self.act)
        self.clicked.connect(self.act)
        theme.changed.connect(self._on_theme_changed)
        self._draw()

    @property
    def option(self) -> ModelOption:
        """What is shown."""
        return self._option

    def show_option(self, option: ModelOption) -> None:
        """Show its new state."""
        if option != self._option:
            self._option = option
            self._draw()

    def set_current(self, *, is_current: bool) -> None:
        """Be the one row, with its buttons, that Tab goes to."""
        self._is_current = is_current
        self._open_to_tab()

    def forget_warning(self) -> None:
        """The user was asked about this one and went on."""
        self._is_warned = True

    def act(self) -> None:
        """Do the one thing there is to do: use it or download it; warns first, once."""
        if self._option.is_loaded or self._option.transfer is not None:
            return
        if self._option.warning and not self._is_warned:
            verb = "Use" if self._option.is_installed else "Download"
            self._ask(self._option.warning, f"{verb} it anyway", "Leave it", self._go_on)
        else:
            self._go_on()

    def ask_to_delete(self) -> None:
        """Ask whether its files should go."""
        if not self._may_delete():
            return
        name = title_of(self._option)
        if self._option.size:
            text = f"Delete {name} from this computer? It frees "
            text += f"{size_in_words(self._option.download_bytes)} and can be downloaded again."
        else:
            text = f"Remove {name}? A file that is kept outside the models folder stays there."
        self._ask(text, "Delete it" if self._option.size else "Remove it", "Keep it", self._remove)

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.setSpacing(SMALL)
        for label in (self._name, self._chip, self._quality):
            self._head.addWidget(label)
        self._head.addStretch()
        self._head.addWidget(self._act)
        facts = QHBoxLayout()
        facts.setSpacing(TIGHT + 2)
        facts.addWidget(self._fit, 0, Qt.AlignmentFlag.AlignTop)
        facts.addWidget(self._facts, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(MEDIUM, SMALL, SMALL, MEDIUM)
        self._column.setSpacing(TIGHT + 1)
        self._column.addLayout(self._head)
        self._column.addLayout(facts)
        self._column.addSpacing(1)
        self._column.addWidget(self._bar)

    def _draw(self) -> None:
        option = self._option
        self._name.setText(option.quantisation or option.model)
        chip = "In use" if option.is_loaded else "Recommended" if option.is_recommended else ""
        self._chip.setText(chip)
        self._chip.setVisible(bool(chip))
        self._quality.setText(option.quality)
        self._facts.setText(facts_of(option))
        self._bar.show_memory(option.memory)
        self._show_action()
        self._show_download()
        self._show_delete()
        self._on_theme_changed()
        self._open_to_tab()
        self.setAccessibleName(option_in_words(option))
        self.setAccessibleDescription(f"{memory_in_words(option.memory)} {option.warning}".strip())

    def _show_action(self) -> None:
        option = self._option
        verb = "Use" if option.is_installed else "Download"
        self._act.setText(verb)
        self._act.setAccessibleName(f"{verb} {title_of(option)}")
        kind = "chief" if option.is_recommended else "plain"
        if self._act.property("kind") != kind:
            self._act.setProperty("kind", kind)
            restyle(self._act)
        self._act.setVisible(not option.is_loaded and option.transfer is None)

    def _show_download(self) -> None:
        # Most rows never have one.
        if self._option.transfer is not None and self._download is None:
            self._download = DownloadLine(self._theme, self._actions)
            self._column.addSpacing(SMALL)
            self._column.addWidget(self._download)
        if self._download is not None:
            self._download.setVisible(self._option.transfer is not None)
            self._download.show_option(self._option)

    def _show_delete(self) -> None:
        if self._may_delete() and self._delete is None:
            self._delete = IconButton(self._theme, "delete", "", side_px=SMALL_CONTROL_SIDE)
            self._delete.clicked.connect(self.ask_to_delete)
            self._head.insertWidget(self._head.count() - 1, self._delete)
        if self._delete is not None:
            self._delete.setVisible(self._may_delete())
            self._delete.show_meaning("delete", f"Delete {title_of(self._option)}…")

    def _may_delete(self) -> bool:
        option = self._option
        return option.is_installed and not (option.is_demo or option.is_loaded)

    def _open_to_tab(self) -> None:
        policy = Qt.FocusPolicy.StrongFocus if self._is_current else Qt.FocusPolicy.ClickFocus
        self.setFocusPolicy(policy)
        inner: list[QWidget] = [self._act]
        if self._delete is not None:
            inner.append(self._delete)
        if self._download is not None:
            inner.extend(self._download.buttons())
        for button in inner:
            button.setFocusPolicy(
                Qt.FocusPolicy.TabFocus if self._is_current else Qt.FocusPolicy.NoFocus
            )

    def _ask(self, text: str, agree: str, refuse: str, then: object) -> None:
        self._end_asking()
        self._asking = InlineQuestion(self._theme, text, agree, refuse)
        self._asking.agreed.connect(self._end_asking)
        self._asking.agreed.connect(then)
        self._asking.refused.connect(self._end_asking)
        self._column.addWidget(self._asking)
        self._asking.show()
        self._asking.focus()

    def _end_asking(self) -> None:
        if self._asking is not None:
            self._column.removeWidget(self._asking)
            self._asking.hide()
            self._asking.deleteLater()
            self._asking = None
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        if self._option.warning and not self._is_warned:
            self._is_warned = True
            self.warning_accepted.emit(self._option.key)
        if self._option.is_installed:
            self._actions.model_chosen.emit(self._option)
        else:
            self._actions.download_requested.emit(self._option)

    def _remove(self) -> None:
        self._actions.delete_requested.emit(self._option)

    def _on_theme_changed(self) -> None:
        fit = self._option.fit
        icon = self._theme.icon(_FIT_ICONS[fit], colour_of_fit(fit, self._theme.colours))
        self._fit.setPixmap(icon.pixmap(_FIT_PX, _FIT_PX))

    def sizeHint(self) -> QSize:
        """As large as what it shows, not as a button's text."""
        return self._column.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """What it shows must be readable."""
        return self._column.minimumSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act, or leave the key to the list around."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.act()
            case Qt.Key.Key_Delete:
                self.ask_to_delete()
            case _:
                event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only select: a download should not begin beside its button."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Belongs to the press."""
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Become the current row."""
        super().focusInEvent(event)
        self.focused.emit(self)


def colour_of_fit(fit: Fit, colours: Colours) -> str:
    """The colour that goes with the words and the icon of a fit."""
    return {Fit.FULLY: colours.good, Fit.PARTLY: colours.warning, Fit.NOT: colours.problem}[fit]
