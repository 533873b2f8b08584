"""Shows a block of code with a button that copies it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui.controls.buttons import IconButton
from app.ui.style.theme import MEDIUM, SMALL, SMALL_CONTROL_SIDE, Theme
from app.ui.transcript.markdown_blocks import Code


class CodeBlock(QFrame):
    """Code in the fixed font; long lines scroll sideways, never break."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("code")
        self._theme = theme
        self._language = QLabel()
        self._language.setProperty("tone", "quiet")
        self._language.setProperty("step", "caption")
        self._copy = IconButton(theme, "copy", "Copy the code", side_px=SMALL_CONTROL_SIDE)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._text = _CodeText(theme)
        self._lay_out()

    def show_code(self, code: Code) -> None:
        """Show this in place of what was there."""
        self._language.setText(code.language)
        if code.text != self._text.toPlainText():
            self._text.setPlainText(code.text)
            self._text.fit()

    def text(self) -> str:
        """The code that is shown."""
        return self._text.toPlainText()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(MEDIUM, 2, 2, 0)
        head.addWidget(self._language)
        head.addStretch()
        head.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SMALL)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._text)

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self._copy.show_meaning("done", "Copied")


class _CodeText(QPlainTextEdit):
    """The code itself, as tall as its lines."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setFont(theme.code_font())
        # The window's style sheet sets a font for every widget; only a style sheet of
        # the widget's own is stronger.
        font = theme.code_font()
        self.setStyleSheet(f"font-family: '{font.family()}'; font-size: {font.pointSizeF():.1f}pt;")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(MEDIUM, 0, MEDIUM, 0)
        self.setAccessibleName("Code")

    def fit(self) -> None:
        """Become as tall as the code."""
        lines = max(1, self.blockCount())
        self.ensurePolished()
        line_height = self.fontMetrics().lineSpacing()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(lines * line_height + bar + 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep sideways scrolling; leave the rest to the transcript."""
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            super().wheelEvent(event)
        else:
            event.ignore()
