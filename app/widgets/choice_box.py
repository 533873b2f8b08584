"""A question with two ways to go on, and one to leave it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from app.widgets.labels import restyle


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
