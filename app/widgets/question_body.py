"""What the user said: a soft bubble on the right, pictures above it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.chat.turns import Attachment, Turn
from app.widgets.theme import COLUMN_WIDTH, LARGE, MEDIUM, SMALL, Theme
from app.widgets.thumbnail import Thumbnail, generous, square

_PICTURES_IN_A_ROW = 4
_BUBBLE_WIDTH = int(COLUMN_WIDTH * 0.8)


class QuestionBody(QWidget):
    """The words exactly as they were typed, and what was sent along."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._attachments: tuple[Attachment, ...] = ()
        self._pictures = QGridLayout()
        self._pictures.setSpacing(SMALL)
        self._words = _Words()
        self._bubble = QFrame()
        self._bubble.setObjectName("bubble")
        self._lay_out()

    def show_turn(self, turn: Turn) -> None:
        """Draw the question."""
        self._bubble.setVisible(bool(turn.text))
        self._words.setText(turn.text)
        if turn.attachments != self._attachments:
            self._attachments = turn.attachments
            self._draw_pictures()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._bubble)
        inner.setContentsMargins(LARGE, MEDIUM - 2, LARGE, MEDIUM - 2)
        inner.addWidget(self._words)
        self._bubble.setMaximumWidth(_BUBBLE_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        column.addLayout(self._pictures)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._bubble)
        column.addLayout(row)
        # An empty column takes what the pictures leave, so that they stand on the right.
        self._pictures.setColumnStretch(0, 1)

    def _draw_pictures(self) -> None:
        while (item := self._pictures.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        alone = len(self._attachments) == 1
        for number, attachment in enumerate(self._attachments):
            size = generous(attachment) if alone else square()
            picture = Thumbnail(self._theme, size)
            picture.show_attachment(attachment)
            row, place = divmod(number, _PICTURES_IN_A_ROW)
            in_row = min(_PICTURES_IN_A_ROW, len(self._attachments) - row * _PICTURES_IN_A_ROW)
            column = 1 + _PICTURES_IN_A_ROW - in_row + place
            self._pictures.addWidget(picture, row, column)


class _Words(QLabel):
    """Plain text that is as wide as its longest line, where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName("Your question")

    def sizeHint(self) -> QSize:
        """Wide rather than tall, which is not what a label that breaks lines prefers."""
        metrics = self.fontMetrics()
        lines = self.text().split("\n")
        longest = max(metrics.horizontalAdvance(line.expandtabs(8)) for line in lines) + 4
        width = min(longest, _BUBBLE_WIDTH - 2 * LARGE)
        return QSize(width, self.heightForWidth(width))
