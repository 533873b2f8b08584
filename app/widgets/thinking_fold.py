"""What the model thought before it answered, folded away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.widgets.prose_view import ProseView
from app.widgets.theme import ICON_SIDE, LARGE, SMALL, Theme


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
        self._room = QFrame()
        self._room.setObjectName("thought")
        self._prose: ProseView | None = None
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
        inner = QVBoxLayout(self._room)
        inner.setContentsMargins(LARGE, 2, 0, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SMALL)
        column.addWidget(self._button)
        column.addWidget(self._room)
        self._room.hide()

    def _draw_text(self) -> None:
        # Folded away text is not laid out: it may be longer than the answer.
        if self._prose is None:
            self._prose = ProseView(self._theme)
            layout = self._room.layout()
            if layout is not None:
                layout.addWidget(self._prose)
        self._prose.show_markdown(self._text)

    def _on_toggled(self, is_open: bool) -> None:
        if is_open:
            self._draw_text()
        self._room.setVisible(is_open)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        name = "fold" if self._button.isChecked() else "next"
        self._button.setIcon(self._theme.icon(name))
        self._button.setIconSize(
            self._button.iconSize().scaled(
                ICON_SIDE - 2, ICON_SIDE - 2, Qt.AspectRatioMode.KeepAspectRatio
            )
        )
