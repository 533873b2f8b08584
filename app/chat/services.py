"""The conversation's side of the window, built once."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.chat.answer_queue import AnswerQueue
from app.chat.attachments import Attachments
from app.chat.chat_list import ChatList
from app.chat.controller import ChatController
from app.chat.draft_attachments import Tray
from app.chat.prefill_ahead import WorkAhead
from app.chat.presenter import Front, Screen
from app.chat.saved_chats import ChatShelf
from app.chat.storage.async_store import StoreRoom
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.transcript import Transcript
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState
from app.model_manager.loading import ModelLoading
from app.notifications.notification_center import NoticeDesk
from app.platform import log
from app.platform.task_pool import Background
from runtime.problems import RuntimeFailure


def _note_settled(failure: RuntimeFailure | None) -> None:
    if failure is not None:
        log.close.warning("an answer is not saved: %s", failure.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModels:
    """What the conversation is drawn from."""

    transcript: Transcript
    tray: Tray
    chats: ChatList


class ChatHouse(QObject):
    """Everything that looks after the conversation.

    Attributes:
        room: the store and its lane
        controller: turns wishes into requests
        shelf: the saved chats
        attachments: what is given to the tray
        answers: what was asked for
        work_ahead: reads what the next question will need
    """

    def __init__(  # noqa: PLR0913 - what it is built of, given once
        self,
        *,
        models: ChatModels,
        front: Front,
        room: StoreRoom,
        files: AttachmentFiles,
        background: Background,
        link: EngineLink,
        loading: ModelLoading,
        model_state: ModelState,
        desk: NoticeDesk,
        thinking: Callable[[], bool | None],
        may_work_ahead: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        tray = models.tray
        screen = Screen(transcript=models.transcript, tray=tray, chats=models.chats, front=front)
        self.room = room
        self.answers = AnswerQueue(
            link=link,
            loading=loading,
            room=room,
            screen=screen,
            desk=desk,
            thinking=thinking,
            parent=self,
        )
        self.controller = ChatController(
            screen=screen, tray=tray, room=room, answers=self.answers, desk=desk, parent=self
        )
        self.shelf = ChatShelf(
            screen=screen, room=room, answers=self.answers, desk=desk, parent=self
        )
        self.work_ahead = WorkAhead(
            link=link,
            loading=loading,
            answers=self.answers,
            room=room,
            screen=screen,
            tray=tray,
            model_state=model_state,
            is_allowed=may_work_ahead,
            parent=self,
        )
        self.attachments = Attachments(
            tray=tray, lane=background.media, files=files, desk=desk, parent=self
        )
        self.shelf.opened.connect(self.work_ahead.look_again)
        self.attachments.refused.connect(self.controller.hold_back)

    def end(self) -> None:
        """Stop every answer and save it, once more if need be; ask for nothing any more."""
        self.work_ahead.end()
        self.attachments.end()
        self.answers.settle(_note_settled)
