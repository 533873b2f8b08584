"""A download that runs or stands still, with what can be done about it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelOption
from app.model_manager.options.option_text import title_of, transfer_fraction, transfer_in_words
from app.ui.controls.buttons import make_button
from app.ui.controls.labels import make_label, restyle
from app.ui.style.theme import SMALL, TIGHT, Theme
from runtime.models.download.progress import Paused, Transferring, Waiting

_BAR_PX = 6


class DownloadLine(QWidget):
    """How far, how fast, how long still; Pause or Resume, and Cancel."""

    def __init__(self, theme: Theme, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._option: ModelOption | None = None
        self._bar = ProgressBar(theme)
        self._words = make_label(tone="quiet", size="caption")
        self._words.setWordWrap(True)
        self._pause = make_button("Pause", "quiet")
        self._cancel = make_button("Cancel", "quiet")
        self._pause.clicked.connect(self._on_pause_clicked)
        self._cancel.clicked.connect(self._on_cancel_clicked)
        self._lay_out()

    def show_option(self, option: ModelOption) -> None:
        """Show this option's download."""
        state = option.transfer
        if state is None:
            return
        self._option = option
        words = transfer_in_words(state)
        self._words.setText(words)
        is_held = isinstance(state, Waiting) or (
            isinstance(state, Paused) and state.problem is not None
        )
        self._words.setProperty("tone", "warning" if is_held else "quiet")
        restyle(self._words)
        self._bar.show_fraction(
            transfer_fraction(state),
            is_moving=isinstance(state, Transferring),
            words=f"Download of {title_of(option)}: {words}",
        )
        name = title_of(option)
        pause = "Resume" if isinstance(state, Paused) else "Pause"
        self._pause.setText(pause)
        self._pause.setAccessibleName(f"{pause} the download of {name}")
        self._cancel.setAccessibleName(f"Cancel the download of {name}")

    def buttons(self) -> tuple[QWidget, QWidget]:
        """What the keyboard can reach."""
        return self._pause, self._cancel

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(TIGHT)
        words.addStretch()
        words.addWidget(self._bar)
        words.addWidget(self._words)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SMALL)
        row.addLayout(words, 1)
        row.addWidget(self._pause, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignVCenter)

    def _on_pause_clicked(self) -> None:
        if self._option is None:
            return
        if isinstance(self._option.transfer, Paused):
            self._actions.resume_requested.emit(self._option)
        else:
            self._actions.pause_requested.emit(self._option)

    def _on_cancel_clicked(self) -> None:
        if self._option is not None:
            self._actions.cancel_requested.emit(self._option)


class ProgressBar(QWidget):
    """A thin bar that fills from the left."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fraction = 0.0
        self._is_moving = True
        self.setFixedHeight(_BAR_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def fraction(self) -> float:
        """How far it is filled, 0 to 1."""
        return self._fraction

    def show_fraction(self, fraction: float, *, is_moving: bool, words: str) -> None:
        """Fill it so far; quietly while nothing moves."""
        self._fraction = fraction
        self._is_moving = is_moving
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is done over what is left."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QRectF(self.rect())
        whole = QPainterPath()
        whole.addRoundedRect(edge, edge.height() / 2, edge.height() / 2)
        painter.setClipPath(whole)
        painter.fillRect(edge, QColor(colours.line))
        edge.setWidth(edge.width() * self._fraction)
        painter.fillRect(edge, QColor(colours.accent if self._is_moving else colours.quiet))
