"""Places the panels of the window and ties them to each other."""

from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QSize, Qt, QTemporaryDir, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from app.chat.actions import ChatActions
from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.transcript import Transcript
from app.engine.model_state import ModelState, ModelStateValue, Ready
from app.model_manager.actions import ModelActions
from app.model_manager.model_options import ModelOptions, ModelsFolderUse
from app.model_manager.options.options_model import OptionsModel
from app.notifications.notification import Explain, Notification, NotificationKind
from app.settings.actions import SettingsActions
from app.settings.settings import Settings
from app.ui.composer.composer import Composer
from app.ui.composer.dropped_content import (
    DroppedBytes,
    DroppedContent,
    DroppedFiles,
    DroppedLink,
    DroppedPicture,
    DroppedText,
    is_droppable,
    is_media,
    read_dropped,
)
from app.ui.controls.buttons import IconButton
from app.ui.controls.file_picker import FilePicker
from app.ui.controls.notification_bar import NotificationBar
from app.ui.drop_overlay import DropOverlay
from app.ui.model_panels import ModelPanels
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.sidebar.chat_sidebar import ChatSidebar
from app.ui.style.icons import make_program_icon
from app.ui.style.stylesheet import make_stylesheet
from app.ui.style.theme import COLUMN_WIDTH, MEDIUM, SMALL, WIDE, Theme
from app.ui.transcript.transcript_view import TranscriptView
from runtime.events import ModelFacts

_NARROW_PX = 760
_FIRST_SIZE = QSize(1120, 780)
_SMALLEST_SIZE = QSize(420, 420)


class MainWindow(QMainWindow):
    """The window: shows what the models hold, and lets its panels say what the user asks.

    Attributes:
        chat_actions: what the user asks of the conversation
        model_actions: what the user asks of models
        settings_actions: what the user asks of the settings

    Signals:
        closing: the window is about to close
    """

    closing = Signal()

    def __init__(
        self,
        *,
        transcript: Transcript,
        draft_attachments: DraftAttachments,
        chats: ChatList,
        model_state: ModelState,
        explain: Explain,
        options: OptionsModel,
    ) -> None:
        super().__init__()
        self.chat_actions = ChatActions(self)
        self.model_actions = ModelActions(self)
        self.settings_actions = SettingsActions(self)
        self._options = options
        self._theme = Theme(self)
        self._facts: ModelFacts | None = None
        self._thinking: bool | None = None
        self._settings_dialog: SettingsDialog | None = None
        # Pictures that came without a file and that only the media process can read.
        self._kept_aside = QTemporaryDir()
        self._sidebar = ChatSidebar(self._theme, chats, self.chat_actions, self.settings_actions)
        self._transcript_view = TranscriptView(self._theme, transcript, explain, self.chat_actions)
        self._notifications = NotificationBar(self._theme)
        self._composer = Composer(self._theme, transcript, draft_attachments, self.chat_actions)
        self._models = ModelPanels(
            theme=self._theme,
            state=model_state,
            options=self._options,
            explain=explain,
            actions=self.model_actions,
            window=self,
        )
        self._toggle = IconButton(self._theme, "sidebar", "Show or hide the chats")
        self._overlay = DropOverlay(self._theme, self)
        self._lay_out()
        self._connect_panels()
        self._connect_keys()
        model_state.changed.connect(self._on_model_state_changed)
        self._on_model_state_changed(model_state.value)
        self._theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._composer.focus()

    def show_notification(self, notification: Notification) -> None:
        """Tell the user something."""
        self._notifications.show_notification(notification)

    def open_settings(self, settings: Settings) -> None:
        """Let the user edit the settings."""
        if self._settings_dialog is not None:
            self._settings_dialog.activateWindow()
            return
        dialog = SettingsDialog(
            self._theme, settings, self.settings_actions, self.model_actions, self
        )
        dialog.finished.connect(self._on_settings_finished)
        self._settings_dialog = dialog
        dialog.open()

    def show_kept_bytes(self, used_bytes: int) -> None:
        """Say how much is kept on disk, if somebody is looking."""
        if self._settings_dialog is not None:
            self._settings_dialog.show_used(used_bytes)

    @property
    def options(self) -> ModelOptions:
        """What it shows about models."""
        return self._options.value

    def open_models(self) -> None:
        """Show every model."""
        self._models.open_models()

    def show_models_folder(self, place: ModelsFolderUse) -> None:
        """Say where models are kept and on what they run, if somebody is looking."""
        if self._settings_dialog is not None:
            self._settings_dialog.show_models_folder(place)

    def show_cleared(self, notification: Notification) -> None:
        """Say what became of what was kept, where the user is looking."""
        if self._settings_dialog is None:
            self.show_notification(notification)
        else:
            self._settings_dialog.show_notification(notification)

    def show_thinking_choice(self, thinking: bool | None) -> None:
        """Show what the user chose before; None leaves each model its own habit."""
        self._thinking = thinking
        if thinking is not None:
            self._composer.show_thinking_choice(thinks=thinking)

    def show_draft(self, text: str) -> None:
        """Put words into the composer, ready to go on writing."""
        self._composer.show_draft(text)

    def show_waiting(self, text: str) -> None:
        """Show a question that was sent and is not in the conversation yet."""
        self._composer.show_waiting(text)

    def composer_text(self) -> str:
        """What is written and not yet sent."""
        return self._composer.text()

    def _lay_out(self) -> None:
        self.setWindowTitle("Sideglance")
        self.setWindowIcon(make_program_icon())
        self.setMinimumSize(_SMALLEST_SIZE)
        self.resize(_FIRST_SIZE)
        self.setAcceptDrops(True)
        body = QWidget()
        body.setObjectName("body")
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sidebar)
        row.addLayout(self._make_main_column(), 1)
        self.setCentralWidget(body)

    def _make_main_column(self) -> QVBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(SMALL, SMALL, SMALL, 0)
        head.addWidget(self._toggle)
        head.addStretch()
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, MEDIUM)
        column.setSpacing(SMALL)
        column.addLayout(head)
        column.addWidget(self._transcript_view, 1)
        column.addLayout(_centred(self._notifications))
        column.addLayout(_centred(self._composer))
        column.addLayout(_centred(self._models.status))
        return column

    def _connect_panels(self) -> None:
        view, composer = self._transcript_view, self._composer
        view.link_clicked.connect(self._on_link_clicked)
        view.example_chosen.connect(composer.show_draft)
        view.files_wanted.connect(self._on_files_wanted)
        composer.files_wanted.connect(self._on_files_wanted)
        composer.pasted.connect(self._take)
        composer.thinking_chosen.connect(self._on_thinking_chosen)
        self._notifications.action_chosen.connect(self.chat_actions.notification_action_chosen)
        self._toggle.clicked.connect(self._on_toggle_clicked)
        self._models.first_run_shown.connect(self._on_first_run_shown)
        self.model_actions.demo_chosen.connect(composer.focus)
        self._on_first_run_shown(self._models.is_first_run)

    def _connect_keys(self) -> None:
        stop = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        stop.activated.connect(self._on_escape)
        new = QShortcut(QKeySequence(QKeySequence.StandardKey.New), self)
        new.activated.connect(self.chat_actions.new_chat_requested)
        # Not the standard key: only some systems have one, and it is this.
        settings = QShortcut(QKeySequence("Ctrl+,"), self)
        settings.activated.connect(self.settings_actions.settings_requested)

    def _take(self, given: DroppedContent) -> None:
        """Say what was dropped or pasted."""
        match given:
            case DroppedFiles():
                self.chat_actions.files_given.emit(given.paths)
            case DroppedPicture():
                self.chat_actions.picture_given.emit(given.image)
            case DroppedBytes():
                self.chat_actions.files_given.emit((self._keep_aside(given),))
            case DroppedText():
                self._composer.insert(given.text)
            case DroppedLink():
                self.chat_actions.link_refused.emit()
            case _:
                assert_never(given)

    def _keep_aside(self, given: DroppedBytes) -> Path:
        """A file for a picture that has none; it lives as long as the window."""
        folder = Path(self._kept_aside.path())
        path = folder / f"Picture {len(list(folder.iterdir())) + 1}{given.suffix}"
        path.write_bytes(given.content)
        return path

    def _on_link_clicked(self, address: str) -> None:
        QGuiApplication.clipboard().setText(address)
        self.show_notification(
            Notification(
                title="Address copied",
                explanation=f"Sideglance opens no web pages itself. {address}",
                kind=NotificationKind.INFO,
            )
        )

    def _on_files_wanted(self) -> None:
        picker = FilePicker(self)
        picker.paths_chosen.connect(self.chat_actions.files_given)
        picker.open()

    def _on_first_run_shown(self, is_shown: bool) -> None:
        beginning = self._models.first_run if is_shown else None
        self._transcript_view.show_before_first_question(beginning)

    def _on_escape(self) -> None:
        if not self._composer.cancel_waiting() and self._composer.can_stop:
            self.chat_actions.stop_requested.emit()

    def _on_toggle_clicked(self) -> None:
        self._sidebar.setVisible(not self._sidebar.isVisible())

    def _on_settings_finished(self) -> None:
        self._settings_dialog = None

    def _on_model_state_changed(self, value: ModelStateValue) -> None:
        """Take over a new model's habit of thinking, once, until the user chooses."""
        if isinstance(value, Ready) and value.facts != self._facts:
            self._facts = value.facts
            if self._thinking is None:
                self._composer.show_thinking_choice(thinks=value.facts.thinks_by_default)

    def _on_thinking_chosen(self, thinking: bool) -> None:
        self._thinking = thinking
        self.settings_actions.thinking_chosen.emit(thinking)

    def _on_theme_changed(self) -> None:
        self.setPalette(self._theme.palette())
        self.setStyleSheet(make_stylesheet(self._theme))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell everybody; whoever saves what is open hides the window."""
        if self._settings_dialog is not None:
            self._settings_dialog.reject()
        event.ignore()
        self.closing.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the conversation the width when there is little."""
        super().resizeEvent(event)
        was_narrow = 0 <= event.oldSize().width() < _NARROW_PX
        is_narrow = event.size().width() < _NARROW_PX
        if was_narrow != is_narrow:
            self._sidebar.setVisible(not is_narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste wherever the keyboard is; nothing else in the window takes a paste."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._composer.paste()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome what can be used."""
        if is_droppable(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if is_media(event.mimeData()):
                self._overlay.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the welcome back."""
        self._overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped; never by moving the user's file."""
        self._overlay.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if (given := read_dropped(event.mimeData())) is not None:
            self._take(given)


def _centred(widget: QWidget) -> QHBoxLayout:
    widget.setMaximumWidth(COLUMN_WIDTH + 2 * MEDIUM)
    row = QHBoxLayout()
    row.setContentsMargins(WIDE - MEDIUM, 0, WIDE - MEDIUM, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row
