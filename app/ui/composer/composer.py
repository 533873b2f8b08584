"""Where the user writes. Says what was asked for; never acts on it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.chat.actions import ChatActions
from app.chat.draft_attachments import DraftAttachments
from app.chat.transcript import Transcript
from app.chat.turns import OPEN_STATES, shorten
from app.ui.composer.attachment_tray import AttachmentTray
from app.ui.composer.question_edit import QuestionEdit
from app.ui.controls.buttons import IconButton
from app.ui.controls.labels import make_label, restyle
from app.ui.style.theme import LARGE, SMALL, TIGHT, Theme

_PLACEHOLDER = "Ask about a picture, a video, or anything"
_STILL_ANSWERING = "Still answering. Press Esc to stop, or send this afterwards."
_SENDING = "Not sent yet: “{}”. Esc stops it."


class Composer(QFrame):
    """Text, attachments and the button that sends or stops.

    A question whose pictures are still being looked at waits, visibly, and goes out as
    soon as they are ready. If one of them turns out to be unusable it is no longer the
    question that was asked, so the user decides again.

    Signals:
        files_wanted: the user wants to choose files
        pasted: a DroppedContent value was pasted
        thinking_chosen: whether the model should think first
    """

    files_wanted = Signal()
    pasted = Signal(object)
    thinking_chosen = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        transcript: Transcript,
        draft_attachments: DraftAttachments,
        actions: ChatActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setObjectName("composer")
        self._theme = theme
        self._transcript = transcript
        self._draft_attachments = draft_attachments
        self._waits_with: int | None = None
        self._waiting_question = ""
        self._answer_is_open = False
        self._edit = QuestionEdit()
        self._edit.setPlaceholderText(_PLACEHOLDER)
        self._attachments = AttachmentTray(theme, draft_attachments)
        self._attach = IconButton(theme, "attach", "Add pictures or videos")
        self._think = _make_think_button()
        self._hint = make_label(tone="quiet", size="caption")
        self._send = IconButton(theme, "send", "Send", kind="main")
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._on_transcript_changed()

    @property
    def can_stop(self) -> bool:
        """Whether an answer is written, or a question on its way can be taken back."""
        return self._answer_is_open or bool(self._waiting_question)

    def text(self) -> str:
        """What is written."""
        return self._edit.toPlainText()

    def show_draft(self, text: str) -> None:
        """Put words in place of what is written, ready to go on writing."""
        self._edit.setPlainText(text)
        self._edit.moveCursor(self._edit.textCursor().MoveOperation.End)
        self._edit.setFocus()

    def insert(self, text: str) -> None:
        """Add words where the cursor is."""
        self._edit.insertPlainText(text)
        self._edit.setFocus()

    def paste(self) -> None:
        """Take what is on the clipboard, as if the keyboard wrote here."""
        self._edit.setFocus()
        self._edit.paste()

    def focus(self) -> None:
        """Let the keyboard write here."""
        self._edit.setFocus()

    def show_thinking_choice(self, *, thinks: bool) -> None:
        """Show the model's own habit, without asking for anything."""
        was_blocked = self._think.blockSignals(True)
        self._think.setChecked(thinks)
        self._think.blockSignals(was_blocked)
        self._on_theme_changed()

    def show_waiting(self, text: str) -> None:
        """Show a question that was sent and is not in the conversation yet; "" for none."""
        self._waiting_question = " ".join(text.split())
        self._show_hint(_SENDING.format(shorten(self._waiting_question)) if text else "")
        self._show_send_button()

    def cancel_waiting(self) -> bool:
        """Do not send by yourself after all; whether there was anything to cancel."""
        if self._waits_with is None:
            return False
        self._waits_with = None
        self._show_hint("")
        self._show_send_button()
        return True

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(TIGHT)
        row.addWidget(self._attach)
        row.addWidget(self._think)
        row.addSpacing(SMALL)
        row.addWidget(self._hint, 1)
        row.addWidget(self._send)
        column = QVBoxLayout(self)
        column.setContentsMargins(SMALL, SMALL, SMALL, SMALL)
        column.setSpacing(TIGHT)
        column.addWidget(self._attachments)
        writing = QVBoxLayout()
        writing.setContentsMargins(SMALL, TIGHT, LARGE - SMALL, 0)
        writing.addWidget(self._edit)
        column.addLayout(writing)
        column.addLayout(row)

    def _connect(self) -> None:
        self._edit.enter_pressed.connect(self._on_enter_pressed)
        self._edit.pasted.connect(self.pasted)
        self._edit.textChanged.connect(self._on_text_changed)
        self._edit.focus_changed.connect(self._on_focus_changed)
        self._attachments.removal_wanted.connect(self._actions.attachment_removed)
        self._attach.clicked.connect(self.files_wanted)
        self._think.toggled.connect(self.thinking_chosen)
        self._think.toggled.connect(self._on_theme_changed)
        self._send.clicked.connect(self._on_send_clicked)
        self._draft_attachments.changed.connect(self._on_draft_attachments_changed)
        for change in (
            self._transcript.modelReset,
            self._transcript.rowsInserted,
            self._transcript.rowsRemoved,
            self._transcript.dataChanged,
        ):
            change.connect(self._on_transcript_changed)
        self._theme.changed.connect(self._on_theme_changed)

    def _submit(self) -> None:
        """Send, or wait until the attachments are ready."""
        if not self.text().strip() and not self._draft_attachments.entries():
            return
        if self._draft_attachments.is_settled:
            self._waits_with = None
            self._show_hint("")
            self._actions.question_submitted.emit(self.text().strip())
            self._edit.clear()
        else:
            self._waits_with = len(self._draft_attachments.entries())
            self._show_reading()
            self._show_send_button()

    def _show_reading(self) -> None:
        names = [
            entry.name for entry in self._draft_attachments.entries() if entry.attachment is None
        ]
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            self._show_hint(f"Reading {names[0]}{more}…")

    def _show_hint(self, words: str) -> None:
        self._hint.setText(words)
        self._hint.setAccessibleName(words)

    def _show_send_button(self) -> None:
        if self._waits_with is not None or self._waiting_question:
            self._send.show_meaning("stop", "Do not send it yet (Esc)")
            self._send.setEnabled(True)
        elif self._answer_is_open:
            self._send.show_meaning("stop", "Stop (Esc)")
            self._send.setEnabled(True)
        else:
            self._send.show_meaning("send", "Send (Enter)")
            self._send.setEnabled(bool(self.text().strip() or self._draft_attachments.entries()))

    def _on_enter_pressed(self) -> None:
        if self._answer_is_open:
            self._show_hint(_STILL_ANSWERING)
        else:
            self._submit()

    def _on_send_clicked(self) -> None:
        if self._waits_with is not None:
            self.cancel_waiting()
        elif self.can_stop:
            self._actions.stop_requested.emit()
        else:
            self._submit()
        self._edit.setFocus()

    def _on_text_changed(self) -> None:
        self._actions.question_typed.emit(self.text())
        if self._waits_with is None and not self._waiting_question:
            self._show_hint("")
        self._show_send_button()

    def _on_draft_attachments_changed(self) -> None:
        self._show_send_button()
        if self._waits_with is None:
            return
        if len(self._draft_attachments.entries()) < self._waits_with:
            self.cancel_waiting()
        elif self._draft_attachments.is_settled and not self._answer_is_open:
            self._submit()
        else:
            self._show_reading()

    def _on_transcript_changed(self) -> None:
        last = self._transcript.last()
        is_open = last is not None and last.state in OPEN_STATES
        if is_open != self._answer_is_open:
            self._answer_is_open = is_open
            self._show_hint("")
        self._show_send_button()

    def _on_focus_changed(self, has_focus: bool) -> None:
        self.setProperty("active", "true" if has_focus else "false")
        restyle(self)

    def _on_theme_changed(self) -> None:
        colours = self._theme.colours
        tone = colours.accent if self._think.isChecked() else colours.quiet
        self._think.setIcon(self._theme.icon("think", tone))
        self._edit.setPalette(self._theme.palette())
        self._edit.fit()


def _make_think_button() -> QToolButton:
    button = QToolButton()
    button.setText("Think")
    button.setCheckable(True)
    button.setProperty("kind", "toggle")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setToolTip("Let the model think before it answers: slower, often better")
    button.setAccessibleName("Think before answering")
    return button
