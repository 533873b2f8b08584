"""What the model said: thinking folded away, the answer, and how it ended."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.chat.turns import OPEN_STATES, Turn, TurnState
from app.notices import Notice
from app.widgets.labels import make_label, restyle
from app.widgets.markdown_view import MarkdownView
from app.widgets.theme import MEDIUM, SMALL, Theme
from app.widgets.thinking_fold import ThinkingFold
from app.widgets.waiting_dots import WaitingDots
from runtime.problems import Problem

Explain = Callable[[Problem, str], Notice]

_WAITING_WORDS = {
    TurnState.QUEUED: "Waits for the model",
    TurnState.READING: "Looking and reading",
}
_ENDINGS = {
    TurnState.STOPPED: "Stopped",
    TurnState.CUT: "Cut at the length limit",
    TurnState.LOOPED: "Ended because it repeated itself",
}


class AnswerBody(QWidget):
    """An answer at full width, from the first waiting dot to the last note.

    Signals:
        link_clicked: the address of a link, which is not opened
    """

    link_clicked = Signal(str)

    def __init__(self, theme: Theme, explain: Explain, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._explain = explain
        self._thinking: ThinkingFold | None = None
        self._answer = MarkdownView(theme)
        self._answer.link_clicked.connect(self.link_clicked)
        self._waiting: QWidget | None = None
        self._waiting_words = make_label(tone="quiet")
        self._note: QLabel | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SMALL)
        self._column.addWidget(self._answer)

    def show_turn(self, turn: Turn) -> None:
        """Draw the answer as it is now."""
        self._show_thinking(turn)
        self._answer.show_markdown(turn.text)
        self._answer.setVisible(bool(turn.text))
        self._show_waiting(turn)
        self._show_note(turn)

    def _show_thinking(self, turn: Turn) -> None:
        if self._thinking is None and turn.thinking:
            self._thinking = ThinkingFold(self._theme)
            self._column.insertWidget(0, self._thinking)
        if self._thinking is not None:
            self._thinking.setVisible(bool(turn.thinking))
            is_open = turn.state in OPEN_STATES and not turn.text
            self._thinking.show_thinking(turn.thinking, is_open=is_open)

    def _show_waiting(self, turn: Turn) -> None:
        waits = turn.state in OPEN_STATES and not turn.text
        if waits and self._waiting is None:
            self._waiting = self._make_waiting()
        if self._waiting is not None:
            self._waiting.setVisible(waits)
            self._waiting_words.setText(_WAITING_WORDS.get(turn.state, ""))

    def _make_waiting(self) -> QWidget:
        room = QWidget()
        row = QHBoxLayout(room)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(MEDIUM)
        row.addWidget(WaitingDots(self._theme))
        row.addWidget(self._waiting_words)
        row.addStretch()
        self._column.addWidget(room)
        return room

    def _show_note(self, turn: Turn) -> None:
        words, tone = self._note_of(turn)
        if words and self._note is None:
            self._note = make_label()
            self._note.setWordWrap(True)
            self._column.addWidget(self._note)
        if self._note is not None:
            self._note.setText(words)
            self._note.setVisible(bool(words))
            if self._note.property("tone") != tone:
                self._note.setProperty("tone", tone)
                restyle(self._note)

    def _note_of(self, turn: Turn) -> tuple[str, str]:
        if turn.state is TurnState.FAILED:
            notice = self._explain(turn.problem or Problem.UNEXPECTED, turn.detail)
            return f"{notice.title}\n{notice.explanation}".strip(), "problem"
        return _ENDINGS.get(turn.state, ""), "quiet"
