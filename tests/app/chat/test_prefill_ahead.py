"""What is read ahead, and when."""

from collections.abc import Iterator

import pytest
from helpers.attachments import make_attachment
from helpers.chat_session import ChatSession
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot

from app.chat.draft_attachments import EntryId
from app.chat.prefill_ahead import PrefillAhead
from runtime.content import Image, Role, Text, text_message
from runtime.requests import PrefillRequest


class Permission:
    """Whether the user and the battery allow it."""

    def __init__(self) -> None:
        self.given = True

    def __call__(self) -> bool:
        return self.given


@pytest.fixture
def permission() -> Permission:
    return Permission()


@pytest.fixture
def ahead(session: ChatSession, permission: Permission) -> Iterator[PrefillAhead]:
    ahead = PrefillAhead(
        link=session.link,
        loading=session.loading,
        answers=session.queue,
        store=session.store,
        presenter=session.presenter,
        draft_attachments=session.draft_attachments,
        model_state=session.model_state,
        is_allowed=permission,
    )
    session.saved_chats.opened.connect(ahead.look_again)
    session.qtbot.waitUntil(lambda: session.loading.is_loaded)
    yield ahead
    ahead.end()
    ahead.deleteLater()


def attach(session: ChatSession, name: str) -> tuple[EntryId, Image]:
    """Put a picture into the tray, as a drop does."""
    entry_id = session.draft_attachments.add(name)
    attachment = make_attachment(session.folder, name, name.encode())
    session.draft_attachments.settle(entry_id, attachment)
    return entry_id, Image(path=attachment.path)


def asked(engine: FakeEngineClient) -> list[PrefillRequest]:
    return [request for request in engine.requests if isinstance(request, PrefillRequest)]


@pytest.mark.usefixtures("ahead")
def test_that_an_attached_picture_is_read_before_the_question(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot
) -> None:
    _, image = attach(session, "one.png")
    qtbot.waitUntil(lambda: len(asked(engine)) == 1)
    (message,) = asked(engine)[0].messages
    assert (message.role, message.parts) == (Role.USER, (image,))


@pytest.mark.usefixtures("ahead")
def test_that_pictures_dropped_together_are_read_together(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot
) -> None:
    images = tuple(attach(session, name)[1] for name in ("one.png", "two.png", "three.png"))
    qtbot.waitUntil(lambda: bool(asked(engine)))
    assert [request.messages[-1].parts for request in asked(engine)] == [images]


@pytest.mark.usefixtures("ahead")
def test_that_a_picture_follows_the_conversation_on_screen(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot
) -> None:
    session.ask_and_answer("What is it?", "A cat.")
    _, image = attach(session, "one.png")
    qtbot.waitUntil(lambda: bool(asked(engine)) and len(asked(engine)[-1].messages) == 3)
    question, answer, picture = asked(engine)[-1].messages
    assert question == text_message(Role.USER, "What is it?")
    assert answer == text_message(Role.ASSISTANT, "A cat.")
    assert picture.parts == (image,)


@pytest.mark.usefixtures("ahead")
def test_that_taking_the_picture_out_again_reads_the_conversation_alone(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot
) -> None:
    session.ask_and_answer("What is it?", "A cat.")
    entry_id, _ = attach(session, "one.png")
    qtbot.waitUntil(lambda: bool(asked(engine)) and len(asked(engine)[-1].messages) == 3)
    session.draft_attachments.remove(entry_id)
    qtbot.waitUntil(lambda: len(asked(engine)[-1].messages) == 2)


@pytest.mark.usefixtures("ahead")
def test_that_nothing_is_read_twice(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot
) -> None:
    attach(session, "one.png")
    qtbot.waitUntil(lambda: len(asked(engine)) == 1)
    session.draft_attachments.changed.emit()
    entry_id, _ = attach(session, "two.png")
    qtbot.waitUntil(lambda: len(asked(engine)) == 2)
    session.draft_attachments.remove(entry_id)
    qtbot.waitUntil(lambda: len(asked(engine)) == 3)
    assert asked(engine)[0].messages == asked(engine)[2].messages


@pytest.mark.usefixtures("ahead")
def test_that_a_spared_battery_reads_nothing_ahead(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot, permission: Permission
) -> None:
    permission.given = False
    attach(session, "one.png")
    session.ask_and_answer("What is it?", "A cat.")
    permission.given = True
    attach(session, "two.png")
    qtbot.waitUntil(lambda: bool(asked(engine)))
    # The first request came only when it was allowed: it holds the later picture.
    assert asked(engine)[0].messages[-1].parts[0] != asked(engine)[0].messages[0].parts[0]
    assert len(asked(engine)[0].messages) == 3


@pytest.mark.usefixtures("ahead")
def test_that_opening_a_chat_reads_it(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot
) -> None:
    session.ask_and_answer("First chat", "Yes.")
    first = session.presenter.place.chat_id
    assert first is not None
    session.saved_chats.begin_new()
    session.ask_and_answer("Second chat", "No.")
    session.saved_chats.open(first)
    qtbot.waitUntil(
        lambda: (
            bool(asked(engine))
            and asked(engine)[-1].messages[0] == text_message(Role.USER, "First chat")
        )
    )


def test_that_words_are_read_as_they_are_typed(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot, ahead: PrefillAhead
) -> None:
    _, image = attach(session, "one.png")
    qtbot.waitUntil(lambda: bool(asked(engine)))
    for draft in ("Wh", "What", "What is", "What is th"):
        ahead.take_draft(draft)
    qtbot.waitUntil(lambda: len(asked(engine)) == 2)
    assert asked(engine)[1].messages[-1].parts == (image, Text(text="What is"))
    ahead.take_draft("What is the")
    ahead.take_draft("What is the colour")
    qtbot.waitUntil(lambda: len(asked(engine)) == 3)
    assert asked(engine)[2].messages[-1].parts == (image, Text(text="What is the"))


def test_that_a_question_once_sent_is_no_draft(
    session: ChatSession, engine: FakeEngineClient, qtbot: QtBot, ahead: PrefillAhead
) -> None:
    ahead.take_draft("What is it, please")
    ahead.take_draft("")
    session.ask_and_answer("What is it, please", "A cat.")
    qtbot.waitUntil(lambda: bool(asked(engine)))
    drafts = [
        request
        for request in asked(engine)
        if request.messages and request.messages[-1].role is Role.USER
    ]
    assert drafts == []
