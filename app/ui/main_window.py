"""Places the rooms and ties them to each other."""

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

from app.chat.chat_list import ChatList
from app.chat.draft_attachments import Tray
from app.chat.transcript import Transcript
from app.engine.model_state import ModelState, ModelStateValue, Ready
from app.model_manager.actions import ModelWishes
from app.model_manager.model_options import ModelsPlace, Offers
from app.model_manager.options.options_model import OffersModel
from app.notifications.notification import Explain, Notice, NoticeKind
from app.settings.settings import Settings
from app.ui.composer.composer import Composer
from app.ui.composer.dropped_content import (
    Given,
    GivenBytes,
    GivenFiles,
    GivenPicture,
    GivenRemote,
    GivenText,
    is_media,
    may_be_given,
    read_dropped,
)
from app.ui.controls.buttons import IconButton
from app.ui.controls.file_picker import FilePicker
from app.ui.controls.notification_bar import NoticeBar
from app.ui.drop_overlay import DropOverlay
from app.ui.model_panels import ModelRooms
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
    """The window: says what the user wants, shows what the models hold.

    Signals:
        question_submitted: the question; empty only if something is attached
        question_typed: the question as far as it is written
        stop_requested: the open answer should end
        files_given: a tuple of Paths that were dropped, pasted or chosen
        picture_given: a QImage that was dropped or pasted
        remote_refused: only a web address was dropped, which we never fetch
        attachment_removed: EntryId
        chat_chosen: ChatId
        new_chat_requested: begin a new chat
        chat_renamed: ChatRenaming
        chat_deleted: ChatId
        turn_edit_requested: TurnId of a user's turn
        regenerate_requested: TurnId of an answer
        version_chosen: TurnVersion
        thinking_chosen: whether the model should think first
        settings_requested: show the settings
        settings_accepted: Settings as they were edited
        clear_requested: forget what was read and kept on disk
        models_folder_chosen: the FolderChange to another models folder
        notice_action_chosen: the Notice whose action was chosen
        closing: the window is about to close
    """

    question_submitted = Signal(str)
    question_typed = Signal(str)
    stop_requested = Signal()
    files_given = Signal(object)
    picture_given = Signal(object)
    remote_refused = Signal()
    attachment_removed = Signal(object)
    chat_chosen = Signal(object)
    new_chat_requested = Signal()
    chat_renamed = Signal(object)
    chat_deleted = Signal(object)
    turn_edit_requested = Signal(object)
    regenerate_requested = Signal(object)
    version_chosen = Signal(object)
    thinking_chosen = Signal(bool)
    settings_requested = Signal()
    settings_accepted = Signal(object)
    clear_requested = Signal()
    models_folder_chosen = Signal(object)
    notice_action_chosen = Signal(object)
    closing = Signal()

    def __init__(
        self,
        *,
        transcript: Transcript,
        tray: Tray,
        chats: ChatList,
        model_state: ModelState,
        explain: Explain,
        offers: OffersModel,
    ) -> None:
        super().__init__()
        # What the user wants of models; whoever looks after them connects to it.
        self.model_wishes = ModelWishes(self)
        self._offers = offers
        self._theme = Theme(self)
        self._facts: ModelFacts | None = None
        self._thinking: bool | None = None
        self._settings_dialog: SettingsDialog | None = None
        # Pictures that came without a file and that only the media process can read.
        self._kept_aside = QTemporaryDir()
        self._sidebar = ChatSidebar(self._theme, chats)
        self._transcript_view = TranscriptView(self._theme, transcript, explain)
        self._notices = NoticeBar(self._theme)
        self._composer = Composer(self._theme, transcript, tray)
        self._models = ModelRooms(
            theme=self._theme,
            state=model_state,
            offers=self._offers,
            explain=explain,
            wishes=self.model_wishes,
            window=self,
        )
        self._toggle = IconButton(self._theme, "sidebar", "Show or hide the chats")
        self._overlay = DropOverlay(self._theme, self)
        self._lay_out()
        self._connect_rooms()
        self._connect_keys()
        model_state.changed.connect(self._on_model_state_changed)
        self._on_model_state_changed(model_state.value)
        self._theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._composer.focus()

    def show_notice(self, notice: Notice) -> None:
        """Tell the user something."""
        self._notices.show_notice(notice)

    def open_settings(self, settings: Settings) -> None:
        """Let the user edit the settings."""
        if self._settings_dialog is not None:
            self._settings_dialog.activateWindow()
            return
        dialog = SettingsDialog(self._theme, settings, self)
        dialog.accepted_settings.connect(self.settings_accepted)
        dialog.clear_requested.connect(self.clear_requested)
        dialog.models_folder_chosen.connect(self.models_folder_chosen)
        dialog.finished.connect(self._on_settings_finished)
        self._settings_dialog = dialog
        dialog.open()

    def show_kept_bytes(self, used_bytes: int) -> None:
        """Say how much is kept on disk, if somebody is looking."""
        if self._settings_dialog is not None:
            self._settings_dialog.show_used(used_bytes)

    @property
    def offers(self) -> Offers:
        """What it shows about models."""
        return self._offers.value

    def open_models(self) -> None:
        """Show every model."""
        self._models.open_models()

    def show_models_place(self, place: ModelsPlace) -> None:
        """Say where models are kept and on what they run, if somebody is looking."""
        if self._settings_dialog is not None:
            self._settings_dialog.show_models_place(place)

    def show_cleared(self, notice: Notice) -> None:
        """Say what became of what was kept, where the user is looking."""
        if self._settings_dialog is None:
            self.show_notice(notice)
        else:
            self._settings_dialog.show_notice(notice)

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
        room = QWidget()
        room.setObjectName("room")
        row = QHBoxLayout(room)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sidebar)
        row.addLayout(self._make_main_column(), 1)
        self.setCentralWidget(room)

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
        column.addLayout(_centred(self._notices))
        column.addLayout(_centred(self._composer))
        column.addLayout(_centred(self._models.status))
        return column

    def _connect_rooms(self) -> None:
        self._sidebar.new_chat_requested.connect(self.new_chat_requested)
        self._sidebar.chat_chosen.connect(self.chat_chosen)
        self._sidebar.chat_renamed.connect(self.chat_renamed)
        self._sidebar.chat_deleted.connect(self.chat_deleted)
        self._sidebar.settings_requested.connect(self.settings_requested)
        view, composer = self._transcript_view, self._composer
        view.edit_requested.connect(self.turn_edit_requested)
        view.regenerate_requested.connect(self.regenerate_requested)
        view.version_chosen.connect(self.version_chosen)
        view.link_clicked.connect(self._on_link_clicked)
        view.example_chosen.connect(composer.show_draft)
        view.files_wanted.connect(self._on_files_wanted)
        composer.submitted.connect(self.question_submitted)
        composer.typed.connect(self.question_typed)
        composer.stop_requested.connect(self.stop_requested)
        composer.files_wanted.connect(self._on_files_wanted)
        composer.given.connect(self._take)
        composer.removal_wanted.connect(self.attachment_removed)
        composer.thinking_chosen.connect(self._on_thinking_chosen)
        self._notices.action_chosen.connect(self.notice_action_chosen)
        self._toggle.clicked.connect(self._on_toggle_clicked)
        self._models.first_run_shown.connect(self._on_first_run_shown)
        self.model_wishes.demo_chosen.connect(composer.focus)
        self._on_first_run_shown(self._models.is_first_run)

    def _connect_keys(self) -> None:
        stop = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        stop.activated.connect(self._on_escape)
        new = QShortcut(QKeySequence(QKeySequence.StandardKey.New), self)
        new.activated.connect(self.new_chat_requested)
        # Not the standard key: only some systems have one, and it is this.
        settings = QShortcut(QKeySequence("Ctrl+,"), self)
        settings.activated.connect(self.settings_requested)

    def _take(self, given: Given) -> None:
        """Say what was dropped or pasted."""
        match given:
            case GivenFiles():
                self.files_given.emit(given.paths)
            case GivenPicture():
                self.picture_given.emit(given.image)
            case GivenBytes():
                self.files_given.emit((self._keep_aside(given),))
            case GivenText():
                self._composer.insert(given.text)
            case GivenRemote():
                self.remote_refused.emit()
            case _:
                assert_never(given)

    def _keep_aside(self, given: GivenBytes) -> Path:
        """A file for a picture that has none; it lives as long as the window."""
        folder = Path(self._kept_aside.path())
        path = folder / f"Picture {len(list(folder.iterdir())) + 1}{given.suffix}"
        path.write_bytes(given.content)
        return path

    def _on_link_clicked(self, address: str) -> None:
        QGuiApplication.clipboard().setText(address)
        self.show_notice(
            Notice(
                title="Address copied",
                explanation=f"Sideglance opens no web pages itself. {address}",
                kind=NoticeKind.INFO,
            )
        )

    def _on_files_wanted(self) -> None:
        picker = FilePicker(self)
        picker.paths_chosen.connect(self.files_given)
        picker.open()

    def _on_first_run_shown(self, is_shown: bool) -> None:
        room = self._models.first_run if is_shown else None
        self._transcript_view.show_before_first_question(room)

    def _on_escape(self) -> None:
        if not self._composer.cancel_waiting() and self._composer.can_stop:
            self.stop_requested.emit()

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
        self.thinking_chosen.emit(thinking)

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
        """Give the conversation the room when there is little."""
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
        if may_be_given(event.mimeData()):
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
