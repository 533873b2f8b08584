"""What a person sees before the first question: what this is and how to begin."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui.controls.labels import make_label
from app.ui.style.icons import make_pixmap
from app.ui.style.theme import COLUMN_WIDTH, HUGE, LARGE, MEDIUM, ROUND_LARGE, SMALL, WIDE, Theme

EXAMPLES = (
    "What is in this picture?",
    "Read the text in this screenshot",
    "What happens in this video?",
)

_NARROW_PX = 660
_NARROWEST_PX = 300


class EmptyState(QScrollArea):
    """A friendly beginning with a large place to drop things.

    Signals:
        example_chosen: an example question
        files_wanted: the user wants to choose files
    """

    example_chosen = Signal(str)
    files_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self._place = DropPlace(theme)
        self._place.clicked.connect(self.files_wanted)
        self.setWidget(self._make_body())
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _make_body(self) -> QWidget:
        body = QWidget()
        body.setObjectName("plain")
        column = QVBoxLayout(body)
        column.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        column.setSpacing(MEDIUM)
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addWidget(_centred("Show me something", size="title"))
        column.addWidget(
            _centred("Ask about a picture or a video. Nothing leaves this computer.", tone="quiet")
        )
        column.addSpacing(LARGE)
        place = QHBoxLayout()
        place.addStretch(1)
        place.addWidget(self._place, 1000)
        place.addStretch(1)
        column.addLayout(place)
        column.addSpacing(SMALL)
        column.addLayout(self._make_examples())
        column.addStretch(3)
        return body

    def _make_examples(self) -> QHBoxLayout:
        self._examples = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._examples.setSpacing(SMALL)
        row = QHBoxLayout()
        row.addStretch()
        row.addLayout(self._examples)
        for example in EXAMPLES:
            button = QPushButton(example)
            button.setProperty("kind", "example")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.setAccessibleName(f"Ask: {example}")
            button.clicked.connect(self._on_example_clicked)
            self._examples.addWidget(button)
        row.addStretch()
        return row

    def _on_example_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.example_chosen.emit(button.text())

    def _on_theme_changed(self) -> None:
        accent = QColor(self._theme.colours.accent)
        self._picture.setPixmap(make_pixmap("glance", accent, 56, self.devicePixelRatioF()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the examples below each other where they do not fit side by side."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        is_narrow = event.size().width() < _NARROW_PX
        self._examples.setDirection(ways.TopToBottom if is_narrow else ways.LeftToRight)


class DropPlace(QPushButton):
    """The dashed place to drop files on, which also opens the file picker."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Drop pictures or videos here, or choose files")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMaximumWidth(COLUMN_WIDTH - 2 * HUGE)
        self.setFixedHeight(168)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setSpacing(2)
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        column.addWidget(self._icon)
        column.addSpacing(SMALL)
        column.addWidget(_centred("Drop pictures or videos here", strong=True))
        column.addWidget(
            _centred(
                "or click to choose files, or paste a screenshot", tone="quiet", size="caption"
            )
        )
        column.addStretch()
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        quiet = QColor(self._theme.colours.quiet)
        self._icon.setPixmap(make_pixmap("picture", quiet, 32, self.devicePixelRatioF()))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the column allows."""
        return QSize(COLUMN_WIDTH - 2 * HUGE, 168)

    def minimumSizeHint(self) -> QSize:
        """Its words, however narrow the window."""
        return QSize(_NARROWEST_PX, 168)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Redraw when the pointer enters or leaves."""
        super().mouseMoveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed edge."""
        colours = self._theme.colours
        is_hot = self.underMouse() or self.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(colours.accent if is_hot else colours.quiet), 1.5)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(colours.surface))
        edge = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(edge, ROUND_LARGE, ROUND_LARGE)


def _centred(text: str, *, tone: str = "", size: str = "", strong: bool = False) -> QLabel:
    label = make_label(text, tone=tone, size=size, strong=strong)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    label.setWordWrap(True)
    return label
