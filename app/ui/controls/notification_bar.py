"""Problems and news that need no dialog."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.notifications.notification import Notification, NotificationKind
from app.ui.controls.buttons import IconButton
from app.ui.controls.labels import make_label
from app.ui.style.theme import MEDIUM, SMALL, SMALL_CONTROL_SIDE, Theme

_MOST = 3
# Long enough to read two lines and reach for "Undo".
_INFO_MS = 10_000


class NotificationBar(QWidget):
    """A short stack of notices, the newest at the bottom.

    Signals:
        action_chosen: the Notification whose action the user chose
    """

    action_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: list[NotificationCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SMALL)
        self.setVisible(False)

    def notifications(self) -> tuple[Notification, ...]:
        """What is shown, oldest first."""
        return tuple(card.notification for card in self._cards)

    def show_notification(self, notification: Notification) -> None:
        """Show a notice; one that says the same takes the place of the older."""
        for card in [card for card in self._cards if card.notification == notification]:
            self._remove(card)
        card = NotificationCard(self._theme, notification)
        card.action_chosen.connect(self.action_chosen)
        card.done.connect(self._on_card_done)
        self._cards.append(card)
        self._column.addWidget(card)
        while len(self._cards) > _MOST:
            self._remove(self._cards[0])
        self.setVisible(True)

    def _remove(self, card: "NotificationCard") -> None:
        self._cards.remove(card)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.setVisible(bool(self._cards))

    def _on_card_done(self, card: object) -> None:
        if isinstance(card, NotificationCard) and card in self._cards:
            self._remove(card)


class NotificationCard(QFrame):
    """One notice; news go by themselves, problems wait to be closed.

    Signals:
        action_chosen: its Notification
        done: the card itself, which can go
    """

    action_chosen = Signal(object)
    done = Signal(object)

    def __init__(
        self, theme: Theme, notification: Notification, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setProperty("kind", notification.kind.value)
        self.setAccessibleName(f"{notification.title} {notification.explanation}".strip())
        self.notification = notification
        self._theme = theme
        self._icon = QLabel()
        self._lay_out()
        self._on_theme_changed()
        theme.changed.connect(self._on_theme_changed)
        if notification.kind is NotificationKind.INFO:
            timer = QTimer(self, singleShot=True, interval=_INFO_MS)
            timer.timeout.connect(self._finish)
            timer.start()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(_wrapped(make_label(self.notification.title, strong=True)))
        if self.notification.explanation:
            words.addWidget(_wrapped(make_label(self.notification.explanation, tone="quiet")))
        row = QHBoxLayout(self)
        row.setContentsMargins(MEDIUM, SMALL, SMALL, SMALL)
        row.setSpacing(MEDIUM)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        if self.notification.action is not None:
            action = QPushButton(self.notification.action)
            action.setProperty("kind", "action")
            action.setAccessibleName(self.notification.action)
            action.clicked.connect(self._on_action_clicked)
            row.addWidget(action)
        close = IconButton(self._theme, "close", "Close this notice", side_px=SMALL_CONTROL_SIDE)
        close.clicked.connect(self._finish)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignVCenter)

    def _finish(self) -> None:
        self.done.emit(self)

    def _on_action_clicked(self) -> None:
        self.action_chosen.emit(self.notification)
        self.done.emit(self)

    def _on_theme_changed(self) -> None:
        colours = self._theme.colours
        colour = {
            NotificationKind.INFO: colours.accent,
            NotificationKind.WARNING: colours.warning,
            NotificationKind.PROBLEM: colours.problem,
        }[self.notification.kind]
        self._icon.setPixmap(self._theme.icon(self.notification.kind.value, colour).pixmap(20, 20))


def _wrapped(label: QLabel) -> QLabel:
    label.setWordWrap(True)
    return label
