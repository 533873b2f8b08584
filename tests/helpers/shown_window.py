"""A window with the models it is drawn from."""

from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject

from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.transcript import Transcript
from app.engine.model_state import ModelState
from app.model_manager.options.options_model import OptionsModel
from app.ui.main_window import MainWindow

Kind = TypeVar("Kind", bound=QObject)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWindow:
    """The window and the models it is drawn from."""

    window: MainWindow
    transcript: Transcript
    draft_attachments: DraftAttachments
    chats: ChatList
    model_state: ModelState
    options: OptionsModel


def find(parent: QObject, kind: type[Kind]) -> Kind:
    """The first child of this kind, which must be there."""
    child = parent.findChild(kind)
    assert isinstance(child, kind)
    return child
