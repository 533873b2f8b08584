from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fake_engine import FakeEngineClient
from helpers.rooms import Rooms
from pytestqt.qtbot import QtBot


@pytest.fixture
def engine() -> FakeEngineClient:
    return FakeEngineClient()


@pytest.fixture
def rooms(tmp_path: Path, qtbot: QtBot, engine: FakeEngineClient) -> Iterator[Rooms]:
    rooms = Rooms(tmp_path / "chats", qtbot, engine)
    rooms.begin()
    yield rooms
    rooms.close()
