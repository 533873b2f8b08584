"""One turn of a chat: a question in its bubble or an answer, and what can be done with it."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.chat.actions import ChatActions
from app.chat.turns import OPEN_STATES, Attachment, Turn, TurnId
from app.notifications.notification import Explain
from app.ui.controls.thumbnail import Thumbnail, generous, square
from app.ui.style.theme import COLUMN_WIDTH, LARGE, MEDIUM, SMALL, TIGHT, Theme
from app.ui.transcript.answer_body import AnswerBody
from app.ui.transcript.turn_actions import TurnActions
from runtime.content import Role

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
    """Plain text that is as wide as its longest line, if that fits."""

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


class TurnCard(QWidget):
    """Draws one turn from its value.

    Signals:
        link_clicked: the address of a link, which is not opened
    """

    link_clicked = Signal(str)

    def __init__(
        self,
        theme: Theme,
        turn: Turn,
        explain: Explain,
        actions: ChatActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._turn_id = turn.turn_id
        self._is_last = False
        self._body = self._make_body(theme, turn, explain)
        self._buttons = TurnActions(theme, turn, actions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(TIGHT)
        column.addWidget(self._body)
        column.addWidget(self._buttons)
        self.show_turn(turn)

    @property
    def turn_id(self) -> TurnId:
        """Which turn this is."""
        return self._turn_id

    def show_turn(self, turn: Turn) -> None:
        """Draw the turn as it is now."""
        self.setAccessibleName("You" if turn.role is Role.USER else "Answer")
        self._body.show_turn(turn)
        self._buttons.show_turn(turn)
        self._is_open = turn.state in OPEN_STATES
        self._fade()

    def show_as_last(self, *, is_last: bool) -> None:
        """Show the buttons of the newest turn without being asked."""
        self._is_last = is_last
        self._fade()

    def _fade(self) -> None:
        is_wanted = self.underMouse() or self._is_last
        self._buttons.fade(is_faded=self._is_open or not is_wanted)

    def _make_body(self, theme: Theme, turn: Turn, explain: Explain) -> QuestionBody | AnswerBody:
        if turn.role is Role.USER:
            return QuestionBody(theme)
        answer = AnswerBody(theme, explain)
        answer.link_clicked.connect(self.link_clicked)
        return answer

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show what can be done."""
        super().enterEvent(event)
        self._fade()

    def leaveEvent(self, event: QEvent) -> None:
        """Be quiet again."""
        super().leaveEvent(event)
        self._fade()
