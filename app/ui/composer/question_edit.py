"""The field the question is written in."""

from PySide6.QtCore import QElapsedTimer, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.ui.composer.dropped_content import DroppedText, read_pasted
from app.ui.style.theme import COMPOSER_LINES

# An Enter this soon after an input method handed over its text is the one that did it.
_COMMIT_MS = 150


class QuestionEdit(QPlainTextEdit):
    """Plain text that grows with what is written, up to a few lines.

    Signals:
        enter_pressed: the user pressed Enter to send
        pasted: a DroppedContent value other than words was pasted
        focus_changed: whether the keyboard writes here
    """

    enter_pressed = Signal()
    pasted = Signal(object)
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self._since_commit = QElapsedTimer()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.setAccessibleName("Question")
        self.setAccessibleDescription("Enter sends, Shift and Enter begin a new line")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self.fit)

    def fit(self) -> None:
        """Become as tall as the text, within reason."""
        self.ensurePolished()
        lines = max(1, round(self.document().size().height()))
        line_height = self.fontMetrics().lineSpacing()
        margins = 2 * round(self.document().documentMargin())
        self.setFixedHeight(min(lines, COMPOSER_LINES) * line_height + margins + 2)
        bars = Qt.ScrollBarPolicy
        fits = lines <= COMPOSER_LINES
        self.setVerticalScrollBarPolicy(bars.ScrollBarAlwaysOff if fits else bars.ScrollBarAsNeeded)

    def _belongs_to_input_method(self) -> bool:
        """Whether an Enter now is meant for an input method.

        Some systems deliver the Enter that chose a word after the word itself.
        """
        just_committed = self._since_commit.isValid() and self._since_commit.elapsed() < _COMMIT_MS
        return self._composing or just_committed

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether a word is being composed."""
        was_composing = self._composing
        self._composing = bool(event.preeditString())
        if was_composing and not self._composing:
            self._since_commit.start()
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send on Enter, break the line on Shift+Enter."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            # A line, not the line separator that Qt would put in.
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        elif not self._belongs_to_input_method():
            self.enter_pressed.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The key that ended a composition is up: the next Enter is the user's own."""
        self._since_commit.invalidate()
        super().keyReleaseEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste words as plain words, and hand on everything else."""
        given = read_pasted(source)
        if isinstance(given, DroppedText):
            self.insertPlainText(given.text)
            self.ensureCursorVisible()
        elif given is not None:
            self.pasted.emit(given)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Anything may be tried."""
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let the frame show it."""
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the frame show it."""
        super().focusOutEvent(event)
        self.focus_changed.emit(False)
