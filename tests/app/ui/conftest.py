"""A window with its models, and values to fill them with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.shown_window import ShownWindow
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.transcript import Transcript
from app.chat.turns import Attachment, AttachmentKind, Turn, TurnId
from app.engine.model_state import ModelState
from app.model_manager.options.options_model import OptionsModel
from app.notifications.notification import Notification
from app.ui.main_window import MainWindow
from runtime.content import Role
from runtime.problems import Problem


def explain(problem: Problem, detail: str) -> Notification:
    return Notification(title=f"Sentence for {problem.value}", explanation=detail)


@pytest.fixture
def shown(qtbot: QtBot) -> ShownWindow:
    transcript, draft_attachments, chats, state = (
        Transcript(),
        DraftAttachments(),
        ChatList(),
        ModelState(),
    )
    options = OptionsModel()
    window = MainWindow(
        transcript=transcript,
        draft_attachments=draft_attachments,
        chats=chats,
        model_state=state,
        explain=explain,
        options=options,
    )
    qtbot.addWidget(window)
    window.resize(1000, 700)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return ShownWindow(
        window=window,
        transcript=transcript,
        draft_attachments=draft_attachments,
        chats=chats,
        model_state=state,
        options=options,
    )


@pytest.fixture
def attachment(tmp_path: Path) -> Attachment:
    path = tmp_path / "screenshot.png"
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    assert image.save(str(path))
    return Attachment(
        digest="d",
        kind=AttachmentKind.PICTURE,
        name="screenshot.png",
        path=path,
        thumbnail=path,
        width=40,
        height=30,
    )


@pytest.fixture
def make_turn() -> Callable[..., Turn]:
    def make(number: int, text: str = "", **others: Any) -> Turn:
        """Odd turns are the user's."""
        role = Role.USER if number % 2 else Role.ASSISTANT
        return Turn(turn_id=TurnId(number), parent_id=None, role=role, text=text, **others)

    return make
