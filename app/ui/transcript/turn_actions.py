"""The quiet row of buttons under a turn, and what the answer cost in words."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.chat.actions import ChatActions
from app.chat.transcript import TurnVersion
from app.chat.turns import OPEN_STATES, Turn
from app.notifications.formatting import spoken
from app.ui.controls.buttons import IconButton
from app.ui.controls.labels import make_label
from app.ui.style.theme import SMALL_CONTROL_SIDE, Theme
from runtime.content import Role

_COPIED_MS = 1500


def tokens_per_second(turn: Turn) -> float | None:
    """How fast the answer was written, if it can be said."""
    if turn.tokens is None or turn.seconds is None:
        return None
    writing = turn.seconds.total - turn.seconds.first_token
    if writing <= 0 or turn.tokens.generated < 2:
        return None
    return (turn.tokens.generated - 1) / writing


def short_numbers(turn: Turn) -> str:
    """The caption under an answer, such as "Qwen3.5 · first word after 0.4 s · 23 tokens/s"."""
    parts = [turn.model_name] if turn.model_name else []
    if turn.seconds is not None and turn.seconds.first_token > 0:
        parts.append(f"first word after {spoken(turn.seconds.first_token)}")
    if (speed := tokens_per_second(turn)) is not None:
        parts.append(f"{speed:.0f} tokens/s")
    return " · ".join(parts)


def long_numbers(turn: Turn) -> str:
    """Where the tokens and the time went, one line each; screen readers read it too."""
    lines = []
    if (tokens := turn.tokens) is not None:
        pictures = f", {tokens.pictures:,} of them pictures" if tokens.pictures else ""
        lines.append(f"Prompt: {tokens.prompt:,} tokens{pictures}")
        lines.append(f"Remembered: {tokens.reused:,}, newly read: {tokens.read:,}")
        lines.append(f"Written: {tokens.generated:,} tokens")
    if (speed := tokens_per_second(turn)) is not None:
        lines.append(f"Speed: {speed:.1f} tokens/s")
    if (seconds := turn.seconds) is not None:
        if seconds.pictures:
            lines.append(f"Looking at pictures: {spoken(seconds.pictures)}")
        lines.append(f"Reading: {spoken(seconds.prefill)}")
        # An answer that was stopped before it began has no first word.
        if seconds.first_token > 0:
            lines.append(f"First word after: {spoken(seconds.first_token)}")
        lines.append(f"Altogether: {spoken(seconds.total)}")
    return "\n".join(lines)


class TurnActions(QWidget):
    """Copy, edit or regenerate, versions and numbers."""

    def __init__(
        self, theme: Theme, turn: Turn, actions: ChatActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._turn = turn
        self._is_faded = False
        self._copy = self._make_button(theme, "copy", "Copy")
        self._edit = self._make_button(theme, "edit", "Edit and ask again")
        self._regenerate = self._make_button(theme, "retry", "Answer again")
        self._previous = self._make_button(theme, "previous", "Previous version")
        self._following = self._make_button(theme, "next", "Next version")
        self._version = make_label(tone="quiet", size="caption")
        self._numbers = make_label(tone="quiet", size="caption")
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._connect()
        self._lay_out(is_mine=turn.role is Role.USER)
        self.show_turn(turn)

    def show_turn(self, turn: Turn) -> None:
        """Show what can be done with the turn as it is now."""
        self._turn = turn
        is_mine = turn.role is Role.USER
        is_open = turn.state in OPEN_STATES
        self._copy.setEnabled(bool(turn.text))
        self._edit.setVisible(is_mine)
        self._regenerate.setVisible(not is_mine)
        self._regenerate.setEnabled(not is_open)
        self._show_versions(turn)
        self._numbers.setText(short_numbers(turn))
        self._numbers.setToolTip(long_numbers(turn))
        self._show_numbers()

    def fade(self, *, is_faded: bool) -> None:
        """Stay out of the way; which version this is can always be seen."""
        for button in (self._copy, self._edit, self._regenerate):
            button.fade(is_faded=is_faded)
        self._is_faded = is_faded
        self._show_numbers()

    def _show_numbers(self) -> None:
        is_answer = self._turn.role is not Role.USER and self._turn.state not in OPEN_STATES
        self._numbers.setVisible(is_answer and not self._is_faded)

    def _show_versions(self, turn: Turn) -> None:
        for widget in (self._previous, self._version, self._following):
            widget.setVisible(turn.versions > 1)
        self._version.setText(f"{turn.version}/{turn.versions}")
        self._version.setAccessibleName(f"Version {turn.version} of {turn.versions}")
        self._previous.setEnabled(turn.version > 1)
        self._following.setEnabled(turn.version < turn.versions)

    def _make_button(self, theme: Theme, icon: str, label: str) -> IconButton:
        return IconButton(theme, icon, label, side_px=SMALL_CONTROL_SIDE, parent=self)

    def _connect(self) -> None:
        self._copy.clicked.connect(self._on_copy_clicked)
        self._copied.timeout.connect(self._on_copied_long_ago)
        self._edit.clicked.connect(
            lambda: self._actions.turn_edit_requested.emit(self._turn.turn_id)
        )
        self._regenerate.clicked.connect(
            lambda: self._actions.regenerate_requested.emit(self._turn.turn_id)
        )
        self._previous.clicked.connect(lambda: self._choose(self._turn.version - 1))
        self._following.clicked.connect(lambda: self._choose(self._turn.version + 1))

    def _lay_out(self, *, is_mine: bool) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        widgets: list[IconButton | QLabel] = [
            self._previous, self._version, self._following,
            self._copy, self._edit, self._regenerate, self._numbers,
        ]  # fmt: skip
        for widget in widgets:
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._numbers.setContentsMargins(6, 0, 0, 0)
        row.insertStretch(0 if is_mine else len(widgets))

    def _choose(self, version: int) -> None:
        self._actions.version_chosen.emit(TurnVersion(turn_id=self._turn.turn_id, version=version))

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._turn.text)
        self._copy.show_meaning("done", "Copied")
        self._copied.start()

    def _on_copied_long_ago(self) -> None:
        self._copy.show_meaning("copy", "Copy")
