"""Which model runs on which device, and what it is doing."""

from typing import assert_never

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.model_state import (
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
from app.widgets.answer_body import Explain
from app.widgets.labels import make_label
from app.widgets.theme import SMALL, Colours, Theme

_DEMONSTRATION = (
    "This is the small model that comes with Sideglance so that you can try it out at once.\n"
    "It knows simple shapes, colours and short words, and little else.\n"
    "A real model answers far better."
)
_DOT_PX = 8


class ModelStatus(QWidget):
    """One quiet line, drawn from one value."""

    def __init__(
        self, theme: Theme, state: ModelState, explain: Explain, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._explain = explain
        self._dot = _Dot(theme)
        self._words = make_label(tone="quiet", size="caption")
        self._chip = QLabel("Demonstration model")
        self._chip.setObjectName("chip")
        self._chip.setToolTip(_DEMONSTRATION)
        self._chip.setAccessibleDescription(_DEMONSTRATION)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SMALL)
        row.addWidget(self._dot)
        row.addWidget(self._words)
        row.addWidget(self._chip)
        row.addStretch()
        state.changed.connect(self._show)
        theme.changed.connect(self._on_theme_changed)
        self._show(state.value)

    def text(self) -> str:
        """The line in words."""
        return self._words.text()

    def _show(self, value: ModelStateValue) -> None:
        words = self._words_of(value)
        self._words.setText(words)
        self._words.setAccessibleName(f"Model: {words}")
        self._dot.show_state(value)
        facts = value.facts if isinstance(value, Ready | Busy) else None
        self._chip.setVisible(facts is not None and facts.demonstration)

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

    def _on_theme_changed(self) -> None:
        self._dot.update()


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
