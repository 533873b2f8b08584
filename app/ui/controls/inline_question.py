"""Questions asked in the window: one in place, and one with two ways to go on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from app.ui.controls.buttons import make_button
from app.ui.controls.labels import make_label, restyle
from app.ui.style.theme import MEDIUM, SMALL, Theme


class ChoiceBox(QMessageBox):
    """Opened without a loop of its own; gone when it is answered.

    Signals:
        answered: whether the first way was chosen; not emitted when it is left
    """

    answered = Signal(bool)

    def __init__(
        self, title: str, text: str, explanation: str, ways: tuple[str, str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setInformativeText(explanation)
        roles = QMessageBox.ButtonRole
        self._first = self.addButton(ways[0], roles.AcceptRole)
        self._second = self.addButton(ways[1], roles.AcceptRole)
        leave = self.addButton("Cancel", roles.RejectRole)
        for button in (self._first, self._second, leave):
            button.setProperty("kind", "plain")
            restyle(button)
            button.setAccessibleName(button.text())
            button.setAccessibleDescription(f"{text} {explanation}")
        self.setDefaultButton(self._first)
        self.setEscapeButton(leave)
        self.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        chosen = self.clickedButton()
        if chosen in (self._first, self._second):
            self.answered.emit(chosen is self._first)


class InlineQuestion(QFrame):
    """What will happen, with a button to go on and one to leave it.

    Signals:
        agreed: the user wants it
        refused: the user leaves it
    """

    agreed = Signal()
    refused = Signal()

    def __init__(
        self, theme: Theme, text: str, agree: str, refuse: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("asking")
        self._icon = QLabel()
        self._words = make_label(text)
        self._words.setWordWrap(True)
        self._agree = make_button(agree, "plain")
        self._refuse = make_button(refuse, "plain")
        for button in (self._agree, self._refuse):
            button.setAccessibleDescription(text)
        self._agree.clicked.connect(self.agreed)
        self._refuse.clicked.connect(self.refused)
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def text(self) -> str:
        """What is asked."""
        return self._words.text()

    def focus(self) -> None:
        """Put the keyboard where nothing happens by accident."""
        self._refuse.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        buttons.addWidget(self._agree)
        buttons.addWidget(self._refuse)
        buttons.addStretch()
        column = QVBoxLayout()
        column.setSpacing(SMALL)
        column.addWidget(self._words)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(MEDIUM, SMALL, MEDIUM, SMALL)
        row.setSpacing(MEDIUM)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def _on_theme_changed(self) -> None:
        icon = self._theme.icon("warning", self._theme.colours.warning)
        self._icon.setPixmap(icon.pixmap(20, 20))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave it with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.refused.emit()
        else:
            super().keyPressEvent(event)
