"""How much the model looks back on, and what that takes."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.model_manager.options.option_text import context_in_words, context_meaning
from app.ui.controls.buttons import make_button
from app.ui.controls.labels import make_label
from app.ui.style.theme import MEDIUM, TIGHT

_K = 1024
STEPS = tuple(count * _K for count in (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256))
# After the last key, so that walking over steps does not load the model at each.
_SETTLE_MS = 700


class ContextSlider(QWidget):
    """A slider over sensible lengths of context.

    Signals:
        previewed: tokens the slider stands on while it moves
        chosen: tokens the user has settled on; 0 lets us choose
    """

    previewed = Signal(int)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[int, ...] = STEPS
        self._is_showing = False
        self._slider = StillSlider(Qt.Orientation.Horizontal)
        self._slider.setPageStep(2)
        self._title = make_label("Context", strong=True)
        self._title.setBuddy(self._slider)
        self._value = make_label()
        self._ours = make_button("Choose for me", "quiet", "Let Sideglance choose the context")
        self._meaning = make_label(tone="quiet", size="caption")
        self._meaning.setWordWrap(True)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self._slider.valueChanged.connect(self._on_value_changed)
        self._slider.sliderReleased.connect(self._on_settled)
        self._ours.clicked.connect(self._on_ours_clicked)
        self._lay_out()

    @property
    def tokens(self) -> int:
        """What the slider stands on."""
        return self._steps[self._slider.value()]

    def show_context(self, tokens: int, largest: int, *, is_ours: bool) -> None:
        """Stand on so many tokens of so many; `is_ours` says that the user left it to us."""
        self._ours.setVisible(not is_ours)
        # Neither under the user's hand nor before they have settled.
        if self._slider.isSliderDown() or self._settle.isActive():
            return
        self._is_showing = True
        self._steps = steps_up_to(largest)
        self._slider.setRange(0, len(self._steps) - 1)
        self._slider.setValue(nearest(self._steps, tokens))
        self._is_showing = False
        self._draw()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(MEDIUM)
        row.addWidget(self._title)
        row.addWidget(self._slider, 1)
        row.addWidget(self._value)
        row.addWidget(self._ours)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(TIGHT)
        column.addLayout(row)
        column.addWidget(self._meaning)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance("256k tokens "))
        self._draw()

    def _draw(self) -> None:
        words = context_in_words(self.tokens)
        self._value.setText(words)
        self._meaning.setText(context_meaning(self.tokens))
        # A slider says only its position by itself, which is a number of no meaning here.
        self._slider.setAccessibleName(f"Context length, {words}")
        self._slider.setAccessibleDescription(context_meaning(self.tokens))

    def _on_value_changed(self) -> None:
        self._draw()
        if self._is_showing:
            return
        self.previewed.emit(self.tokens)
        if not self._slider.isSliderDown():
            self._settle.start()

    def _on_settled(self) -> None:
        self._settle.stop()
        self.chosen.emit(self.tokens)

    def _on_ours_clicked(self) -> None:
        self._settle.stop()
        self.chosen.emit(0)

    def hideEvent(self, event: QHideEvent) -> None:
        """Whoever leaves has settled."""
        super().hideEvent(event)
        if self._settle.isActive():
            self._on_settled()


class StillSlider(QSlider):
    """A slider that a wheel scrolling past does not move."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move only when the keyboard is here."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def steps_up_to(largest: int) -> tuple[int, ...]:
    """The lengths to choose from, the largest possible being the last."""
    steps = tuple(step for step in STEPS if step < largest)
    return (*steps, largest)


def nearest(steps: tuple[int, ...], tokens: int) -> int:
    """The place of the step nearest to so many tokens."""
    return min(range(len(steps)), key=lambda place: abs(steps[place] - tokens))
