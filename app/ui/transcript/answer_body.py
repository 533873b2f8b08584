"""What the model said: its thinking folded away, the answer, and how it ended."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.chat.turns import OPEN_STATES, Turn, TurnState
from app.notifications.notification import Explain
from app.ui.controls.labels import make_label, restyle
from app.ui.controls.waiting_dots import WaitingDots
from app.ui.style.theme import ICON_SIDE, LARGE, MEDIUM, SMALL, Theme
from app.ui.transcript.markdown_view import MarkdownTextView, MarkdownView
from runtime.problems import Problem

_WAITING_WORDS = {
    TurnState.QUEUED: "Waits for the model",
    TurnState.READING: "Looking and reading",
}
_ENDINGS = {
    TurnState.STOPPED: "Stopped",
    TurnState.CUT: "Cut at the length limit",
    TurnState.LOOPED: "Ended because it repeated itself",
}


class ThinkingFold(QWidget):
    """A button that says "Thinking…" or "Thought" and opens the text below it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._button = QToolButton()
        self._button.setCheckable(True)
        self._button.setProperty("kind", "toggle")
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._button.toggled.connect(self._on_toggled)
        self._thought = QFrame()
        self._thought.setObjectName("thought")
        self._prose: MarkdownTextView | None = None
        self._lay_out()
        self._on_theme_changed()
        theme.changed.connect(self._on_theme_changed)

    def show_thinking(self, text: str, *, is_open: bool) -> None:
        """Show the thinking; `is_open` says that more of it may come."""
        self._text = text
        words = "Thinking…" if is_open else "Thought"
        self._button.setText(words)
        self._button.setAccessibleName(f"{words}, show what the model thought")
        if self._button.isChecked():
            self._draw_text()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._thought)
        inner.setContentsMargins(LARGE, 2, 0, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        column.addWidget(self._button)
        column.addWidget(self._thought)
        self._thought.hide()

    def _draw_text(self) -> None:
        # Folded away text is not laid out: it may be longer than the answer.
        if self._prose is None:
            self._prose = MarkdownTextView(self._theme)
            layout = self._thought.layout()
            if layout is not None:
                layout.addWidget(self._prose)
        self._prose.show_markdown(self._text)

    def _on_toggled(self, is_open: bool) -> None:
        if is_open:
            self._draw_text()
        self._thought.setVisible(is_open)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        name = "fold" if self._button.isChecked() else "next"
        self._button.setIcon(self._theme.icon(name))
        self._button.setIconSize(
            self._button.iconSize().scaled(
                ICON_SIDE - 2, ICON_SIDE - 2, Qt.AspectRatioMode.KeepAspectRatio
            )
        )


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
        row_widget = QWidget()
        row = QHBoxLayout(row_widget)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(MEDIUM)
        row.addWidget(WaitingDots(self._theme))
        row.addWidget(self._waiting_words)
        row.addStretch()
        self._column.addWidget(row_widget)
        return row_widget

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
            notification = self._explain(turn.problem or Problem.UNEXPECTED, turn.detail)
            return f"{notification.title}\n{notification.explanation}".strip(), "problem"
        return _ENDINGS.get(turn.state, ""), "quiet"
