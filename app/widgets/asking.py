"""A question asked in place, without a dialog."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.buttons import make_button
from app.widgets.labels import make_label
from app.widgets.theme import MEDIUM, SMALL, Theme


class Asking(QFrame):
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
