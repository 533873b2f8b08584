"""Every object of the window's process, built once and closed in reverse."""

import base64
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psutil
from PySide6.QtCore import QByteArray, QObject, QTimer, Signal, Slot

from app import log, words
from app.background import Background
from app.chat.answering import AnswerQueue
from app.chat.attachment_files import AttachmentFiles
from app.chat.attachments import Attachments
from app.chat.chat_list import ChatList
from app.chat.controller import ChatController
from app.chat.screen import Screen
from app.chat.shelf import ChatShelf
from app.chat.store_room import StoreRoom
from app.chat.transcript import Transcript
from app.chat.tray import Tray
from app.chat.work_ahead import WorkAhead
from app.engine_link import Client, EngineLink
from app.kept_readings import (
    MOST_GIGABYTES,
    MOST_MEMORY_PERCENT,
    Cleared,
    bytes_used,
    clear,
)
from app.model_state import ModelState
from app.models.loading import Keeping, ModelLoading
from app.models.target import LoadTarget, target_of
from app.notice_desk import NoticeDesk
from app.paths import Paths
from app.power import may_work_ahead, read_power
from app.settings import LoadedSettings, Settings
from app.settings_keeper import SettingsKeeper
from app.startup import StartUp, make_steps
from app.widgets.main_window import MainWindow
from runtime.models.demo import demo_model_files
from runtime.requests import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowArguments:
    """What the command line says about the window.

    Attributes:
        files: the model to load; None is the one in the settings, or the demonstration
    """

    files: ModelFiles | None = None


class Program(QObject):
    """Introduces the window, the controller and the engine to each other.

    Signals:
        closed: everything has ended; nothing is left to wait for
    """

    closed = Signal()

    def __init__(
        self,
        *,
        arguments: WindowArguments,
        paths: Paths,
        loaded: LoadedSettings,
        client: Client,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._arguments = arguments
        self._loaded = loaded
        self._is_closing = False
        self._is_closed = False
        self._background = Background(self)
        self._link = EngineLink(client, self)
        self.transcript = Transcript(self)
        self.tray = Tray(self)
        self.chats = ChatList(self)
        self.model_state = ModelState(self)
        self.window = MainWindow(
            transcript=self.transcript,
            tray=self.tray,
            chats=self.chats,
            model_state=self.model_state,
            explain=words.explain,
        )
        self._desk = NoticeDesk(self.window)
        self._settings = SettingsKeeper(
            # The window shows the model's own habit of thinking until the user chooses.
            paths.settings,
            replace(loaded.settings, thinking=None),
            self._background.store,
            self._desk.show_failure,
        )
        self._screen = Screen(
            transcript=self.transcript, tray=self.tray, chats=self.chats, front=self.window
        )
        self._cache_folder = paths.cache / "engine"
        self._room = StoreRoom(self._background.store, paths.chats, self._cache_folder)
        self._loading = ModelLoading(
            link=self._link, state=self.model_state, desk=self._desk, keeping=self._keeping
        )
        self._answers = AnswerQueue(
            link=self._link,
            loading=self._loading,
            room=self._room,
            screen=self._screen,
            desk=self._desk,
            thinking=lambda: self._settings.settings.thinking,
            parent=self,
        )
        self._controller = ChatController(
            screen=self._screen,
            tray=self.tray,
            room=self._room,
            answers=self._answers,
            desk=self._desk,
            parent=self,
        )
        self._shelf = ChatShelf(
            screen=self._screen,
            room=self._room,
            answers=self._answers,
            desk=self._desk,
            parent=self,
        )
        self._work_ahead = WorkAhead(
            link=self._link,
            loading=self._loading,
            answers=self._answers,
            room=self._room,
            screen=self._screen,
            tray=self.tray,
            model_state=self.model_state,
            is_allowed=self._may_work_ahead,
            parent=self,
        )
        self._attachments = Attachments(
            tray=self.tray,
            lane=self._background.media,
            files=AttachmentFiles(paths.chats),
            desk=self._desk,
            parent=self,
        )
        self._start_up = StartUp(
            make_steps(
                room=self._room,
                shelf=self._shelf,
                desk=self._desk,
                link=self._link,
                loading=self._loading,
                last_chat=loaded.settings.last_chat,
                choose_target=self._choose_target,
            ),
            self,
        )
        self._connect()

    def begin(self) -> None:
        """Show the window, then do everything that takes time."""
        self._restore_geometry()
        self.window.show()
        if self._loaded.unusable:
            self._desk.show(words.settings_fell_back(self._loaded.unusable))
        self._forget_if_unwanted()
        self._start_up.begin()

    def end(self) -> None:
        """Close everything that is still open: the event loop has ended, whatever ended it."""
        if not self._is_closed:
            self._close()

    def _connect(self) -> None:
        window = self.window
        window.question_submitted.connect(self._controller.send)
        window.stop_requested.connect(self._controller.stop)
        window.turn_edit_requested.connect(self._controller.edit)
        window.regenerate_requested.connect(self._controller.regenerate)
        window.version_chosen.connect(self._controller.choose_version)
        window.notice_action_chosen.connect(self._controller.act_on)
        window.chat_chosen.connect(self._shelf.open)
        window.new_chat_requested.connect(self._shelf.begin_new)
        window.chat_renamed.connect(self._shelf.rename)
        window.chat_deleted.connect(self._shelf.delete)
        window.files_given.connect(self._attachments.add_files)
        window.picture_given.connect(self._attachments.add_picture)
        window.remote_refused.connect(self._attachments.refuse_remote)
        window.attachment_removed.connect(self._attachments.remove)
        window.thinking_chosen.connect(self._on_thinking_chosen)
        window.settings_requested.connect(self._on_settings_requested)
        window.settings_accepted.connect(self._on_settings_accepted)
        window.clear_requested.connect(self._on_clear_requested)
        window.closing.connect(self._on_closing)
        self._shelf.opened.connect(self._work_ahead.look_again)
        self._attachments.refused.connect(self._controller.hold_back)
        self.chats.current_changed.connect(self._on_current_chat_changed)

    def _choose_target(self) -> LoadTarget | None:
        files = self._choose_files()
        return None if files is None else target_of(files)

    def _choose_files(self) -> ModelFiles | None:
        settings = self._settings.settings
        if self._arguments.files is not None:
            return self._arguments.files
        if settings.model is not None:
            projector = None if settings.projector is None else Path(settings.projector)
            return ModelFiles(model=Path(settings.model), projector=projector)
        demo = demo_model_files()
        return demo if demo.model.is_file() else None

    def _keeping(self) -> Keeping:
        # Somebody can have written any number into the file.
        settings = self._settings.settings
        gigabytes = min(max(settings.cache_gigabytes, 0), MOST_GIGABYTES)
        percent = min(max(settings.memory_percent, 0), MOST_MEMORY_PERCENT)
        free = psutil.virtual_memory().available
        return Keeping(
            folder=self._cache_folder if gigabytes > 0 else None,
            disk_bytes=gigabytes << 30,
            memory_bytes=free * percent // 100,
        )

    def _count_kept(self) -> None:
        self._background.store.run(
            partial(bytes_used, self._cache_folder), then=self.window.show_kept_bytes
        )

    def _forget_if_unwanted(self) -> None:
        """Without a folder the engine never looks there, so nobody else would."""
        if self._settings.settings.cache_gigabytes <= 0:
            self._background.store.run(partial(clear, self._cache_folder))

    def _may_work_ahead(self) -> bool:
        settings = self._settings.settings
        return may_work_ahead(
            read_power(),
            switched_on=settings.work_ahead,
            least_percent=settings.work_ahead_percent,
        )

    def _restore_geometry(self) -> None:
        geometry = self._loaded.settings.window_geometry
        if geometry:
            # Qt refuses what it did not write itself, and leaves the window as it is.
            self.window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))

    def _with_geometry(self) -> Settings:
        geometry = base64.b64encode(self.window.saveGeometry().data()).decode("ascii")
        return replace(self._settings.settings, window_geometry=geometry)

    @Slot(bool)
    def _on_thinking_chosen(self, thinking: bool) -> None:
        self._settings.set(replace(self._settings.settings, thinking=thinking))

    @Slot()
    def _on_settings_requested(self) -> None:
        self.window.open_settings(self._settings.settings)
        self._count_kept()

    @Slot(object)
    def _on_settings_accepted(self, edited: Settings) -> None:
        # Meanwhile an answer can have begun the chat that is remembered as the last one.
        self._settings.set(
            replace(
                self._settings.settings,
                work_ahead=edited.work_ahead,
                work_ahead_percent=edited.work_ahead_percent,
                cache_gigabytes=edited.cache_gigabytes,
                memory_percent=edited.memory_percent,
            )
        )
        self._forget_if_unwanted()
        self._work_ahead.look_again()

    @Slot()
    def _on_clear_requested(self) -> None:
        self._background.store.run(
            partial(clear, self._cache_folder),
            then=self._on_cleared,
            failed=self._desk.show_failure,
        )

    def _on_cleared(self, cleared: Cleared) -> None:
        self.window.show_cleared(words.readings_cleared(cleared.freed_bytes, cleared.left))
        self._count_kept()

    @Slot(object)
    def _on_current_chat_changed(self, chat_id: int | None) -> None:
        self._settings.set(replace(self._settings.settings, last_chat=chat_id))

    @Slot()
    def _on_closing(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            # The window goes at once; what follows may take a moment.
            QTimer.singleShot(0, self, self.end)

    def _close(self) -> None:
        self._is_closed = True
        self.window.hide()
        log.close.info("stopping the answer")
        self._start_up.end()
        self._work_ahead.end()
        self._answers.stop_all()
        log.close.info("saving")
        self._settings.set(self._with_geometry())
        self._room.close()
        log.close.info("ending the engine")
        self._link.close()
        log.close.info("waiting for the pool")
        self._background.close()
        log.close.info("closed")
        self.closed.emit()
