"""The recommendation, its alternatives and the notes of the first run."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelOption
from app.model_manager.options.option_text import (
    facts_of,
    memory_in_words,
    option_in_words,
    speeds_of,
    title_of,
    transfer_in_words,
)
from app.notifications.formatting import size_in_words
from app.ui.controls.buttons import make_button
from app.ui.controls.download_line import DownloadLine
from app.ui.controls.labels import make_label
from app.ui.controls.memory_bar import MemoryBar, MemoryLegend
from app.ui.style.theme import ICON_SIDE, LARGE, MEDIUM, SMALL, TIGHT, WIDE, Theme

_BAR_PX = 12


class RecommendationCard(QFrame):
    """What we would take, why, what it takes, and the one large button."""

    def __init__(self, theme: Theme, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._option: ModelOption | None = None
        self.setObjectName("card")
        self._chip = QLabel("Recommended for this computer")
        self._chip.setObjectName("good_chip")
        self._title = make_label(size="lead", strong=True)
        self._quality = make_label(tone="quiet")
        self._reason = make_label()
        self._reason.setWordWrap(True)
        self._bar = MemoryBar(theme, _BAR_PX)
        self._legend = MemoryLegend(theme)
        self._speed = make_label(tone="quiet")
        self._speed.setWordWrap(True)
        self._act = make_button("", "large")
        self._act.clicked.connect(self._on_act_clicked)
        self._download = DownloadLine(theme, actions)
        self._lay_out()

    def show_recommendation(self, option: ModelOption, reason: str) -> None:
        """Propose this one, or show its download."""
        self._option = option
        self._title.setText(title_of(option))
        self._quality.setText(option.quality)
        self._reason.setText(reason)
        self._bar.show_memory(option.memory)
        self._legend.show_memory(option.memory)
        self._speed.setText(" · ".join(speeds_of(option)))
        self._act.setText(_action_of(option))
        self._act.setAccessibleName(f"{_action_of(option)}: {title_of(option)}")
        self._act.setAccessibleDescription(
            f"{reason} {option_in_words(option)}. {memory_in_words(option.memory)}"
        )
        for part in self._about_a_model():
            part.setVisible(True)
        self._speed.setVisible(bool(self._speed.text()))
        self._act.setVisible(option.transfer is None)
        self._download.setVisible(option.transfer is not None)
        self._download.show_option(option)

    def show_nothing(self, reason: str) -> None:
        """Say that nothing but the demo fits."""
        self._option = None
        self._reason.setText(reason)
        for part in self._about_a_model():
            part.setVisible(False)

    def _about_a_model(self) -> tuple[QWidget, ...]:
        words = (self._chip, self._title, self._quality, self._speed)
        return (*words, self._bar, self._legend, self._act, self._download)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SMALL)
        head.addWidget(self._title)
        head.addWidget(self._quality, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, LARGE, WIDE, LARGE)
        column.setSpacing(SMALL)
        column.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(head)
        column.addWidget(self._reason)
        column.addWidget(self._speed)
        column.addSpacing(TIGHT)
        column.addWidget(self._bar)
        column.addWidget(self._legend)
        column.addSpacing(SMALL)
        column.addWidget(self._act)
        column.addWidget(self._download)

    def _on_act_clicked(self) -> None:
        if self._option is not None:
            choose(self._actions, self._option)


class Alternatives(QWidget):
    """Other sensible models, each a line that is a button."""

    def __init__(self, theme: Theme, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self._buttons: list[AlternativeButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SMALL, 0, 0)
        self._column.setSpacing(TIGHT + 2)
        self._column.addWidget(make_label("Or take another one", tone="quiet", size="caption"))

    def show_options(self, options: tuple[ModelOption, ...]) -> None:
        """Show these; the same ones keep their buttons."""
        if [each.option.key for each in self._buttons] != [option.key for option in options]:
            self._rebuild(options)
        for button, option in zip(self._buttons, options, strict=True):
            button.show_option(option)
        self.setVisible(bool(options))

    def _rebuild(self, options: tuple[ModelOption, ...]) -> None:
        for button in self._buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = [AlternativeButton(self._theme, self._actions, each) for each in options]
        for button in self._buttons:
            self._column.addWidget(button)


class AlternativeButton(QPushButton):
    """Another sensible model; the whole line is the button."""

    def __init__(
        self,
        theme: Theme,
        actions: ModelActions,
        option: ModelOption,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.option = option
        self._theme = theme
        self._actions = actions
        self.setProperty("kind", "example")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title = make_label(strong=True)
        self._facts = make_label(tone="quiet", size="caption")
        self._facts.setWordWrap(True)
        self._icon = QLabel()
        self._lay_out()
        self.clicked.connect(self._on_clicked)
        theme.changed.connect(self._on_theme_changed)
        self.show_option(option)

    def show_option(self, option: ModelOption) -> None:
        """Show its new state."""
        self.option = option
        self._title.setText(title_of(option))
        facts = [facts_of(option), option.warning]
        if option.transfer is not None:
            facts = [transfer_in_words(option.transfer)]
        self._facts.setText("\n".join(part for part in facts if part))
        action = f"{_action_of(option)}: " if option.transfer is None else ""
        self.setAccessibleName(f"{action}{option_in_words(option)}")
        self.setAccessibleDescription(f"{memory_in_words(option.memory)} {option.warning}".strip())
        self._on_theme_changed()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._facts)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(LARGE, SMALL, LARGE, SMALL)
        self._row.setSpacing(MEDIUM)
        self._row.addLayout(words, 1)
        self._row.addWidget(self._icon)
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _on_clicked(self) -> None:
        if self.option.transfer is None:
            choose(self._actions, self.option)

    def _on_theme_changed(self) -> None:
        icon = self._theme.icon("next" if self.option.is_installed else "download")
        self._icon.setPixmap(icon.pixmap(ICON_SIDE, ICON_SIDE))

    def sizeHint(self) -> QSize:
        """As large as its words."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As large as its words."""
        return self._row.minimumSize()


class RecommendationNote(QWidget):
    """Something noticed about this computer, with its icon."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QLabel()
        words = make_label(text, tone="quiet", size="caption")
        words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SMALL)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        self._icon.setPixmap(self._theme.icon("info").pixmap(ICON_SIDE, ICON_SIDE))


class RecommendationNotes(QWidget):
    """What was noticed about this computer, below each other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SMALL, 0, 0)
        self._column.setSpacing(TIGHT)
        self.hide()

    def show_notes(self, texts: tuple[str, ...]) -> None:
        """Show these."""
        if texts == self._texts:
            return
        self._texts = texts
        for note in self.findChildren(RecommendationNote):
            self._column.removeWidget(note)
            note.hide()
            note.deleteLater()
        for text in texts:
            self._column.addWidget(RecommendationNote(self._theme, text))
        self.setVisible(bool(texts))


def choose(actions: ModelActions, option: ModelOption) -> None:
    """Use it, once it is here."""
    if option.is_installed:
        actions.model_chosen.emit(option)
    else:
        actions.fetch_and_use_requested.emit(option)


def _action_of(option: ModelOption) -> str:
    if option.is_installed:
        return "Use it"
    return f"Download and use ({size_in_words(option.download_bytes)})"
