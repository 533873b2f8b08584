"""The conversation's side of the window, built once."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.chat.actions import ChatActions
from app.chat.answer_queue import AnswerQueue
from app.chat.attachments import Attachments
from app.chat.chat_list import ChatList
from app.chat.controller import ChatController
from app.chat.draft_attachments import DraftAttachments
from app.chat.prefill_ahead import PrefillAhead
from app.chat.presenter import ChatPresenter, ChatView
from app.chat.saved_chats import SavedChats
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.transcript import Transcript
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState
from app.model_manager.loading import ModelLoading
from app.notifications.notification_center import NotificationCenter
from app.platform import log
from app.platform.task_pool import TaskPool
from runtime.problems import RuntimeFailure


def _note_settled(failure: RuntimeFailure | None) -> None:
    if failure is not None:
        log.close.warning("an answer is not saved: %s", failure.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModels:
    """What the conversation is drawn from."""

    transcript: Transcript
    draft_attachments: DraftAttachments
    chats: ChatList


class ChatServices(QObject):
    """Everything that looks after the conversation.

    Attributes:
        store: reads and writes chats in its own thread
        controller: turns what the user asks into requests
        saved_chats: opening, renaming, deleting them
        attachments: what is given to the tray
        answers: what was asked for
        prefill_ahead: reads what the next question will need
    """

    def __init__(  # noqa: PLR0913 - what it is built of, given once
        self,
        *,
        models: ChatModels,
        view: ChatView,
        store: AsyncStore,
        files: AttachmentFiles,
        task_pool: TaskPool,
        link: EngineLink,
        loading: ModelLoading,
        model_state: ModelState,
        notification_center: NotificationCenter,
        thinking: Callable[[], bool | None],
        may_prefill_ahead: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        draft_attachments = models.draft_attachments
        presenter = ChatPresenter(
            transcript=models.transcript,
            draft_attachments=draft_attachments,
            chats=models.chats,
            view=view,
        )
        self.store = store
        self.answers = AnswerQueue(
            link=link,
            loading=loading,
            store=store,
            presenter=presenter,
            notification_center=notification_center,
            thinking=thinking,
            parent=self,
        )
        self.controller = ChatController(
            presenter=presenter,
            draft_attachments=draft_attachments,
            store=store,
            answers=self.answers,
            notification_center=notification_center,
            parent=self,
        )
        self.saved_chats = SavedChats(
            presenter=presenter,
            store=store,
            answers=self.answers,
            notification_center=notification_center,
            parent=self,
        )
        self.prefill_ahead = PrefillAhead(
            link=link,
            loading=loading,
            answers=self.answers,
            store=store,
            presenter=presenter,
            draft_attachments=draft_attachments,
            model_state=model_state,
            is_allowed=may_prefill_ahead,
            parent=self,
        )
        self.attachments = Attachments(
            draft_attachments=draft_attachments,
            tasks=task_pool.media,
            files=files,
            notification_center=notification_center,
            parent=self,
        )
        self.saved_chats.opened.connect(self.prefill_ahead.look_again)
        self.attachments.refused.connect(self.controller.hold_back)

    def follow(self, actions: ChatActions) -> None:
        """Do what the user asks of the conversation from now on."""
        actions.question_submitted.connect(self.controller.send)
        actions.question_typed.connect(self.prefill_ahead.take_draft)
        actions.stop_requested.connect(self.controller.stop)
        actions.turn_edit_requested.connect(self.controller.edit)
        actions.regenerate_requested.connect(self.controller.regenerate)
        actions.version_chosen.connect(self.controller.choose_version)
        actions.notification_action_chosen.connect(self.controller.act_on)
        actions.chat_chosen.connect(self.saved_chats.open)
        actions.new_chat_requested.connect(self.saved_chats.begin_new)
        actions.chat_renamed.connect(self.saved_chats.rename)
        actions.chat_deleted.connect(self.saved_chats.delete)
        actions.files_given.connect(self.attachments.add_files)
        actions.picture_given.connect(self.attachments.add_picture)
        actions.link_refused.connect(self.attachments.refuse_remote)
        actions.attachment_removed.connect(self.attachments.remove)

    def end(self) -> None:
        """Stop every answer and save it, once more if need be; ask for nothing any more."""
        self.prefill_ahead.end()
        self.attachments.end()
        self.answers.settle(_note_settled)
