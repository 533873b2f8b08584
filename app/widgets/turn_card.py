"""One turn of a chat: what was said and what can be done with it."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.chat.turns import OPEN_STATES, Turn, TurnId
from app.widgets.answer_body import AnswerBody, Explain
from app.widgets.question_body import QuestionBody
from app.widgets.theme import TIGHT, Theme
from app.widgets.turn_actions import TurnActions
from runtime.content import Role


class TurnCard(QWidget):
    """Draws one turn from its value.

    Signals:
        edit_requested: TurnId of a user's turn
        regenerate_requested: TurnId of an answer
        version_chosen: the TurnVersion to show instead
        link_clicked: the address of a link, which is not opened
    """

    edit_requested = Signal(object)
    regenerate_requested = Signal(object)
    version_chosen = Signal(object)
    link_clicked = Signal(str)

    def __init__(
        self, theme: Theme, turn: Turn, explain: Explain, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._turn_id = turn.turn_id
        self._is_last = False
        self._body = self._make_body(theme, turn, explain)
        self._actions = TurnActions(theme, turn)
        self._actions.edit_requested.connect(self.edit_requested)
        self._actions.regenerate_requested.connect(self.regenerate_requested)
        self._actions.version_chosen.connect(self.version_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(TIGHT)
        column.addWidget(self._body)
        column.addWidget(self._actions)
        self.show_turn(turn)

    @property
    def turn_id(self) -> TurnId:
        """Which turn this is."""
        return self._turn_id

    def show_turn(self, turn: Turn) -> None:
        """Draw the turn as it is now."""
        self.setAccessibleName("You" if turn.role is Role.USER else "Answer")
        self._body.show_turn(turn)
        self._actions.show_turn(turn)
        self._is_open = turn.state in OPEN_STATES
        self._fade()

    def show_as_last(self, *, is_last: bool) -> None:
        """Offer the buttons of the newest turn without being asked."""
        self._is_last = is_last
        self._fade()

    def _fade(self) -> None:
        is_wanted = self.underMouse() or self._is_last
        self._actions.fade(is_faded=self._is_open or not is_wanted)

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
