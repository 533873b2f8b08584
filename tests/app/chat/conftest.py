from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.chat_session import ChatSession
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot


@pytest.fixture
def engine() -> FakeEngineClient:
    return FakeEngineClient()


@pytest.fixture
def session(tmp_path: Path, qtbot: QtBot, engine: FakeEngineClient) -> Iterator[ChatSession]:
    session = ChatSession(tmp_path / "chats", qtbot, engine)
    session.begin()
    yield session
    session.close()
