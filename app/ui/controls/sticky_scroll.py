"""A scroll area that stays at its end while the end moves, unless the user scrolled away."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from app.ui.controls.buttons import IconButton
from app.ui.style.theme import COLUMN_WIDTH, LARGE, WIDE, Theme

# Nearer to the end than this counts as being there.
_SLACK_PX = 32


class StickyScroll(QScrollArea):
    """Holds a centred column and a button that jumps to its end.

    Signals:
        sticks_changed: whether it follows the end
    """

    sticks_changed = Signal(bool)

    def __init__(self, theme: Theme, column: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sticks = True
        self._distance: int | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.setWidget(_centred(column))
        self._jump = IconButton(theme, "down", "Jump to the end", kind="float", parent=self)
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        bar = self.verticalScrollBar()
        bar.setSingleStep(24)
        bar.valueChanged.connect(self._on_value_changed)
        bar.rangeChanged.connect(self._on_range_changed)

    @property
    def sticks(self) -> bool:
        """Whether it follows the end."""
        return self._sticks

    def jump_to_end(self) -> None:
        """Go to the end and follow it."""
        self._set_sticks(True)
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def keep_distance_to_end(self, keeps: bool) -> None:
        """Hold what is on screen still while the column grows above it."""
        bar = self.verticalScrollBar()
        self._distance = bar.maximum() - bar.value() if keeps else None

    def _set_sticks(self, sticks: bool) -> None:
        if sticks != self._sticks:
            self._sticks = sticks
            self._jump.setVisible(not sticks)
            self._jump.raise_()
            self.sticks_changed.emit(sticks)

    def _on_value_changed(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if self._distance is not None:
            self._distance = bar.maximum() - value
        self._set_sticks(value >= bar.maximum() - _SLACK_PX)

    def _on_range_changed(self, minimum: int, maximum: int) -> None:
        bar = self.verticalScrollBar()
        if self._sticks:
            bar.setValue(maximum)
        elif self._distance is not None:
            bar.setValue(maximum - self._distance)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button above the end."""
        super().resizeEvent(event)
        left = (self.width() - self._jump.width()) // 2
        self._jump.move(left, self.height() - self._jump.height() - LARGE)


def _centred(column: QWidget) -> QWidget:
    body = QWidget()
    body.setObjectName("plain")
    column.setObjectName("column")
    column.setMaximumWidth(COLUMN_WIDTH)
    row = QHBoxLayout(body)
    row.setContentsMargins(WIDE, 0, WIDE, 0)
    row.addStretch(1)
    row.addWidget(column, 1000)
    row.addStretch(1)
    return body
