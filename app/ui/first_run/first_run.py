"""What a person sees who has no model yet: what was found, what we would take, one button."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.model_manager.actions import ModelActions
from app.model_manager.model_options import FirstRunSummary, ModelOptions
from app.ui.controls.buttons import make_button
from app.ui.controls.labels import make_label
from app.ui.controls.waiting_dots import WaitingDots
from app.ui.first_run.recommendation import Alternatives, RecommendationCard, RecommendationNotes
from app.ui.style.icons import make_pixmap
from app.ui.style.theme import COLUMN_WIDTH, HUGE, LARGE, MEDIUM, SMALL, TIGHT, WIDE, Theme

_NARROW_PX = 600
_LOOKING = "Looking at this computer…"
_DEMO = "Just look around with the demo"
_DEMO_MEANWHILE = "Look around with the demo meanwhile"


class FirstRun(QScrollArea):
    """Stands where the conversation will be until there is a model or the demo is chosen.

    Signals:
        import_wanted: the user has a model file
        models_wanted: show every model
    """

    import_wanted = Signal()
    models_wanted = Signal()

    def __init__(self, theme: Theme, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self._found = _centred_label(size="lead")
        self._dots = WaitingDots(theme)
        self._card = RecommendationCard(theme, actions)
        self._next_better = _centred_label(tone="quiet", size="caption")
        self._others = Alternatives(theme, actions)
        self._notes = RecommendationNotes(theme)
        self._import = make_button("Import a file I have…", "quiet")
        self._all = make_button("See all models…", "quiet")
        self._demo = make_button(_DEMO, "quiet")
        self._lay_out()
        self._import.clicked.connect(self.import_wanted)
        self._all.clicked.connect(self.models_wanted)
        self._demo.clicked.connect(actions.demo_chosen)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_options(ModelOptions())

    @property
    def card(self) -> RecommendationCard:
        """What we would take."""
        return self._card

    def show_options(self, options: ModelOptions) -> None:
        """Show what is known by now."""
        look = options.first_look
        is_looking = look is None
        self._dots.setVisible(is_looking)
        self._all.setVisible(not is_looking)
        self._import.setVisible(not is_looking)
        self._found.setText(_LOOKING if look is None else look.found)
        self._others.show_options(() if look is None else look.alternatives)
        self._notes.show_notes(() if look is None else look.notes)
        self._show_recommendation(look)
        self._show_demo(options)

    def _show_recommendation(self, look: FirstRunSummary | None) -> None:
        next_better = "" if look is None else look.next_better
        self._next_better.setText(next_better)
        self._next_better.setVisible(bool(next_better))
        self._card.setVisible(look is not None)
        if look is None:
            return
        if look.recommendation is None:
            self._card.show_nothing(look.reason)
        else:
            self._card.show_recommendation(look.recommendation, look.reason)

    def _show_demo(self, options: ModelOptions) -> None:
        is_coming = any(option.transfer is not None for option in options.options)
        text = _DEMO_MEANWHILE if is_coming else _DEMO
        self._demo.setText(text)
        self._demo.setAccessibleName(text)

    def _lay_out(self) -> None:
        inner = QVBoxLayout()
        inner.setSpacing(SMALL)
        dots = QHBoxLayout()
        dots.addStretch()
        dots.addWidget(self._dots)
        dots.addStretch()
        inner.addWidget(self._picture)
        inner.addWidget(_centred_label("Welcome to Sideglance", size="title"))
        inner.addWidget(self._found)
        inner.addLayout(dots)
        inner.addSpacing(SMALL)
        inner.addWidget(self._card)
        inner.addWidget(self._next_better)
        inner.addWidget(self._others)
        inner.addWidget(self._notes)
        inner.addLayout(self._make_foot())
        body = QWidget()
        body.setObjectName("plain")
        column = QVBoxLayout(body)
        column.setContentsMargins(WIDE, MEDIUM, WIDE, MEDIUM)
        column.addStretch(2)
        column.addLayout(_narrowed(inner))
        column.addStretch(3)
        self.setWidget(body)

    def _make_foot(self) -> QHBoxLayout:
        self._links = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._links.setSpacing(TIGHT)
        for button in (self._import, self._all, self._demo):
            self._links.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        footer = QHBoxLayout()
        footer.addStretch()
        footer.addLayout(self._links)
        footer.addStretch()
        return footer

    def _on_theme_changed(self) -> None:
        accent = QColor(self._theme.colours.accent)
        self._picture.setPixmap(make_pixmap("glance", accent, 44, self.devicePixelRatioF()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the links below each other where they do not fit side by side."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        is_narrow = event.size().width() < _NARROW_PX
        self._links.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)


def _narrowed(inner: QLayout) -> QHBoxLayout:
    frame = QWidget()
    frame.setMaximumWidth(COLUMN_WIDTH - 2 * HUGE)
    frame.setLayout(inner)
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, LARGE)
    row.addStretch(1)
    row.addWidget(frame, 1000)
    row.addStretch(1)
    return row


def _centred_label(text: str = "", *, tone: str = "", size: str = "") -> QLabel:
    label = make_label(text, tone=tone, size=size)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setWordWrap(True)
    return label
