"""Which model runs on which device, and what it is doing."""

from typing import assert_never

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.engine.model_state import (
    Activity,
    Answering,
    Broken,
    Busy,
    Loading,
    Looking,
    ModelState,
    ModelStateValue,
    NoModel,
    ReadingPicture,
    ReadingPrompt,
    Ready,
    Resting,
    Stopping,
    Thinking,
)
from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelOptions
from app.model_manager.options.option_text import download_in_short, title_of
from app.notifications.notification import Explain
from app.ui.controls.buttons import make_button
from app.ui.controls.labels import ElidedLabel
from app.ui.style.theme import SMALL, TIGHT, Colours, Theme

_DEMONSTRATION = (
    "This is the small model that comes with Sideglance so that you can try it out at once.\n"
    "It knows simple shapes, colours and short words, and little else.\n"
    "A real model answers far better."
)
_DOT_PX = 8
_ARROW_PX = 14


class ModelStatus(QWidget):
    """One quiet line, drawn from one value; its words are the button that opens the models.

    Signals:
        models_wanted: show every model
    """

    models_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        state: ModelState,
        explain: Explain,
        actions: ModelActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._explain = explain
        self._button = StatusButton(theme)
        self._cancel = make_button("Cancel", "quiet", "Cancel loading the model")
        self._download = make_button("", "quiet")
        self._download.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(TIGHT)
        row.addWidget(self._button)
        row.addWidget(self._cancel)
        row.addStretch(1)
        row.addWidget(self._download)
        self._theme = theme
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._button.clicked.connect(self.models_wanted)
        self._download.clicked.connect(self.models_wanted)
        self._cancel.clicked.connect(actions.load_cancel_requested)
        state.changed.connect(self._show)
        self._show(state.value)

    def text(self) -> str:
        """The line in words."""
        return self._button.words()

    def focus(self) -> None:
        """Put the keyboard on the button."""
        self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_options(self, options: ModelOptions) -> None:
        """Say which download runs, if one does."""
        coming = next((each for each in options.options if each.transfer is not None), None)
        self._download.setVisible(coming is not None)
        if coming is None or coming.transfer is None:
            return
        words = download_in_short(coming.transfer)
        name = f"Download of {title_of(coming)}: {words}"
        self._download.setText(words)
        self._download.setToolTip(name)
        self._download.setAccessibleName(f"{name}. Show the models")

    def _show(self, value: ModelStateValue) -> None:
        facts = value.facts if isinstance(value, Ready | Busy) else None
        is_demonstration = facts is not None and facts.demonstration
        self._button.show_state(value, self._words_of(value), is_demonstration=is_demonstration)
        self._cancel.setVisible(isinstance(value, Loading))

    def _on_theme_changed(self) -> None:
        self._download.setIcon(self._theme.icon("download", self._theme.colours.accent))

    def _words_of(self, value: ModelStateValue) -> str:  # noqa: PLR0911 - one a state
        match value:
            case Looking():
                return "Looking at this computer…"
            case NoModel():
                return "No model yet"
            case Loading():
                return f"{value.name} · loading, {value.fraction * 100:.0f} %"
            case Ready():
                return f"{value.facts.name} · {value.facts.device} · ready"
            case Busy():
                doing = words_of_activity(value.activity)
                return f"{value.facts.name} · {value.facts.device} · {doing}"
            case Resting():
                return f"{value.name} · resting, starts with your next question"
            case Broken():
                return self._explain(value.problem, value.detail).title
            case _:
                assert_never(value)


def words_of_activity(activity: Activity) -> str:
    """What the model is doing, in a few words."""
    match activity:
        case ReadingPicture():
            return f"looking at picture {activity.number} of {activity.count}"
        case ReadingPrompt():
            return f"reading {activity.read} of {activity.total} tokens"
        case Thinking():
            return "thinking"
        case Answering(tokens_per_second=None):
            return "answering"
        case Answering():
            return f"answering, {activity.tokens_per_second:.0f} tokens/s"
        case Stopping():
            return "stopping"
        case _:
            assert_never(activity)


class StatusButton(QPushButton):
    """A light, the words and an arrow that says that there is more above."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "status")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Choose a model")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._dot = _Dot(theme)
        self._words = ElidedLabel(tone="quiet", size="caption")
        self._chip = QLabel("Demonstration model")
        self._chip.setObjectName("chip")
        self._chip.setToolTip(_DEMONSTRATION)
        self._arrow = QLabel()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SMALL, TIGHT, SMALL, TIGHT)
        self._row.setSpacing(SMALL)
        for part in (self._dot, self._words, self._chip, self._arrow):
            self._row.addWidget(part)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def show_state(self, value: ModelStateValue, words: str, *, is_demonstration: bool) -> None:
        """Say what the model does."""
        self._words.setText(words)
        self._dot.show_state(value)
        self._chip.setVisible(is_demonstration)
        self.setAccessibleName(f"Model: {words}")
        description = "Opens the models."
        if is_demonstration:
            description = f"{_DEMONSTRATION} {description}"
        self.setAccessibleDescription(description)
        self.updateGeometry()

    def _on_theme_changed(self) -> None:
        self._arrow.setPixmap(self._theme.icon("unfold").pixmap(_ARROW_PX, _ARROW_PX))
        self._dot.update()

    def sizeHint(self) -> QSize:
        """As large as what it shows, not as a button's text."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """What it shows must be readable."""
        return self._row.minimumSize()


class _Dot(QWidget):
    """A small light: ready, at work, waiting, or broken."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._value: ModelStateValue = Looking()
        self.setFixedSize(_DOT_PX, _DOT_PX)

    def show_state(self, value: ModelStateValue) -> None:
        """Take the colour of this state."""
        self._value = value
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the light."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_colour_of(self._value, self._theme.colours)))
        painter.drawEllipse(self.rect())


def _colour_of(value: ModelStateValue, colours: Colours) -> str:
    match value:
        case Ready():
            return colours.good
        case Busy() | Loading():
            return colours.accent
        case Broken():
            return colours.problem
        case NoModel():
            return colours.warning
        case Looking() | Resting():
            return colours.quiet
        case _:
            assert_never(value)
