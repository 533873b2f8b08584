"""Every object of the window's process, built once and closed in reverse."""

import base64
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal, Slot

from app.application.startup import StartUp, make_steps
from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.prefill_ahead import may_prefill_ahead, read_power
from app.chat.services import ChatModels, ChatServices
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.transcript import Transcript
from app.engine.engine_cache import EngineCache
from app.engine.engine_link import Client, EngineLink
from app.engine.model_state import ModelState
from app.model_manager.options.options_model import OptionsModel
from app.model_manager.planner import Planner
from app.model_manager.runtime_planner import RuntimePlanner
from app.model_manager.services import ModelServices
from app.notifications import messages, problem_messages
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.paths import Paths
from app.platform.private_files import mend_permissions
from app.platform.task_pool import TaskPool
from app.settings.settings import LoadedSettings, Settings
from app.settings.settings_store import SettingsStore
from app.ui.main_window import MainWindow
from runtime.problems import RuntimeFailure
from runtime.requests import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowArguments:
    """What the command line says about the window.

    Attributes:
        files: the model to load; None is the one in the settings, or the best there is
    """

    files: ModelFiles | None = None


class Application(QObject):
    """Builds the window, the conversation, the models and the engine, and connects them.

    Attributes:
        is_held_up: whether, at the end, a thread waits for something that does not answer

    Signals:
        released: everything is saved; another window may open on the same chats
        closed: everything has ended; nothing is left to wait for
    """

    released = Signal()
    closed = Signal()

    def __init__(
        self,
        *,
        arguments: WindowArguments,
        paths: Paths,
        loaded: LoadedSettings,
        client: Client,
        planner: Planner | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._loaded = loaded
        self._is_closing = False
        self._is_closed = False
        self.is_held_up = False
        self._task_pool = TaskPool(self)
        self._link = EngineLink(client, self)
        self.transcript = Transcript(self)
        self.draft_attachments = DraftAttachments(self)
        self.chats = ChatList(self)
        self.model_state = ModelState(self)
        self.options = OptionsModel(self)
        self.window = MainWindow(
            transcript=self.transcript,
            draft_attachments=self.draft_attachments,
            chats=self.chats,
            model_state=self.model_state,
            explain=problem_messages.explain,
            options=self.options,
        )
        self._notification_center = NotificationCenter(self.window)
        self._settings = SettingsStore(
            paths.settings,
            loaded.settings,
            self._task_pool.store,
            self._notification_center.show_failure,
        )
        self._engine_cache = EngineCache(
            folder=paths.cache / "engine",
            tasks=self._task_pool.store,
            settings=self._settings,
            notification_center=self._notification_center,
            board=self.window,
            parent=self,
        )
        self._models = ModelServices(
            paths=paths,
            task_pool=self._task_pool,
            link=self._link,
            state=self.model_state,
            options=self.options,
            settings=self._settings,
            notification_center=self._notification_center,
            keeping=self._engine_cache.keeping,
            planner=planner or RuntimePlanner(),
            named_files=arguments.files,
            parent=self,
        )
        self._chat = ChatServices(
            models=ChatModels(
                transcript=self.transcript,
                draft_attachments=self.draft_attachments,
                chats=self.chats,
            ),
            view=self.window,
            store=AsyncStore(self._task_pool.store, paths.chats, self._engine_cache.folder),
            files=AttachmentFiles(paths.chats),
            task_pool=self._task_pool,
            link=self._link,
            loading=self._models.loading,
            model_state=self.model_state,
            notification_center=self._notification_center,
            thinking=lambda: self._settings.settings.thinking,
            may_prefill_ahead=self._may_prefill_ahead,
            parent=self,
        )
        self._start_up = StartUp(
            make_steps(
                chat=self._chat,
                models=self._models,
                link=self._link,
                notification_center=self._notification_center,
                last_chat=loaded.settings.last_chat,
            ),
            self,
        )
        self._connect()

    def begin(self) -> None:
        """Show the window, then do everything that takes time."""
        self._restore_geometry()
        self.window.show_thinking_choice(self._loaded.settings.thinking)
        self.window.show()
        if self._loaded.unusable:
            self._notification_center.show(messages.settings_fell_back(self._loaded.unusable))
        self._engine_cache.forget_if_unwanted()
        self._task_pool.media.run(partial(mend_permissions, self._paths.private))
        self._start_up.begin()

    def end(self) -> None:
        """Close everything that is still open: the event loop has ended, whatever ended it."""
        if not self._is_closed:
            self._close()

    def _connect(self) -> None:
        window = self.window
        self._chat.follow(window.chat_actions)
        self._models.follow(window.model_actions)
        window.settings_actions.thinking_chosen.connect(self._on_thinking_chosen)
        window.settings_actions.settings_requested.connect(self._on_settings_requested)
        window.settings_actions.settings_accepted.connect(self._on_settings_accepted)
        window.settings_actions.cache_clear_requested.connect(self._engine_cache.forget)
        window.closing.connect(self._on_closing)
        self.chats.current_changed.connect(self._on_current_chat_changed)
        self.draft_attachments.changed.connect(self._on_draft_attachments_changed)

    def _may_prefill_ahead(self) -> bool:
        settings = self._settings.settings
        return may_prefill_ahead(
            read_power(),
            switched_on=settings.work_ahead,
            least_percent=settings.work_ahead_percent,
        )

    def _restore_geometry(self) -> None:
        geometry = self._loaded.settings.window_geometry
        if geometry:
            # Qt refuses what it did not write itself, and leaves the window as it is.
            self.window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))

    def _geometry(self) -> str:
        return base64.b64encode(self.window.saveGeometry().data()).decode("ascii")

    @Slot(bool)
    def _on_thinking_chosen(self, thinking: bool) -> None:
        self._settings.change(thinking=thinking)

    @Slot()
    def _on_settings_requested(self) -> None:
        self.window.open_settings(self._settings.settings)
        self.window.show_models_folder(self._models.place())
        self._engine_cache.count()

    @Slot(object)
    def _on_settings_accepted(self, edited: Settings) -> None:
        self._settings.take_edited(edited)
        self._engine_cache.forget_if_unwanted()
        self._chat.prefill_ahead.look_again()
        self._models.take_settings()

    @Slot()
    def _on_draft_attachments_changed(self) -> None:
        # A question is on its way; work ahead needs the model as well.
        if self.draft_attachments.entries() and self._may_prefill_ahead():
            self._models.idle.wake()

    @Slot(object)
    def _on_current_chat_changed(self, chat_id: int | None) -> None:
        self._settings.change(last_chat=chat_id)

    @Slot()
    def _on_closing(self) -> None:
        if self._is_closing:
            # Asked for twice: nothing is waited for any more.
            self.end()
            return
        self._is_closing = True
        # The window goes at once; what follows may take a moment.
        QTimer.singleShot(0, self, self._save_and_end)

    def _save_and_end(self) -> None:
        if not self._is_closed:
            self.window.hide()
            log.close.info("stopping the answer")
            self._chat.answers.settle(self._on_settled)

    def _on_settled(self, failure: RuntimeFailure | None) -> None:
        if self._is_closed:
            return
        if failure is None:
            self.end()
            return
        log.close.warning("not closed: an answer is not saved (%s)", failure.problem)
        # The next attempt to close ends the program whatever happens.
        self.window.show()
        self._notification_center.show(messages.close_unsaved(failure), self.end)

    def _close(self) -> None:
        self._is_closed = True
        self.window.hide()
        self._start_up.end()
        self._models.end()
        self._chat.end()
        log.close.info("saving")
        self._settings.change(window_geometry=self._geometry())
        self._settings.save()
        self._chat.store.close()
        self._task_pool.store.close()
        self.released.emit()
        log.close.info("ending the engine")
        self._link.close()
        if self._chat.store.has_purged:
            # Not sooner: the engine saves what it holds when it leaves.
            self._engine_cache.forget_now()
        log.close.info("waiting for the pool")
        self.is_held_up = not self._task_pool.close()
        log.close.info("closed")
        self.closed.emit()
