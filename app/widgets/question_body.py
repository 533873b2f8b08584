"""What the user said: a soft bubble on the right, pictures above it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.chat.turns import Attachment, Turn
from app.widgets.labels import make_label
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
        self._words = _make_words()
        self._bubble = QFrame()
        self._bubble.setObjectName("bubble")
        self._lay_out()

    def show_turn(self, turn: Turn) -> None:
        """Draw the question."""
        self._bubble.setVisible(bool(turn.text))
        self._words.setText(turn.text)
        self._words.setMinimumWidth(self._narrowest(turn.text))
        if turn.attachments != self._attachments:
            self._attachments = turn.attachments
            self._draw_pictures()

    def _narrowest(self, text: str) -> int:
        """As wide as the text, up to a comfortable width.

        A label that breaks lines would rather be tall than wide.
        """
        self._words.ensurePolished()
        metrics = self._words.fontMetrics()
        longest = max((metrics.horizontalAdvance(line) for line in text.split("\n")), default=0)
        return min(longest + 2, 300)

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._bubble)
        inner.setContentsMargins(LARGE, MEDIUM - 2, LARGE, MEDIUM - 2)
        inner.addWidget(self._words)
        self._bubble.setMaximumWidth(_BUBBLE_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        column.addLayout(self._pictures)
        column.addWidget(self._bubble, 0, Qt.AlignmentFlag.AlignRight)
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


def _make_words() -> QLabel:
    words = make_label()
    words.setWordWrap(True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    words.setAccessibleName("Your question")
    return words
