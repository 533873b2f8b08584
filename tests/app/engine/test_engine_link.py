import threading
from collections.abc import Iterator

import pytest
from helpers.fake_engine import FakeEngineClient
from pytestqt.qtbot import QtBot

from app.engine.engine_link import EngineLink
from runtime.events import EngineDied, Event, TextPiece
from runtime.problems import Problem
from runtime.requests import RequestId


class BrokenClient(FakeEngineClient):
    """Its events end in an error."""

    def events(self) -> Iterator[Event]:
        raise LookupError
        yield


def test_that_events_arrive_in_order_on_the_gui_thread(qtbot: QtBot) -> None:
    client = FakeEngineClient()
    link = EngineLink(client)
    seen: list[tuple[object, threading.Thread]] = []
    link.event_received.connect(lambda event: seen.append((event, threading.current_thread())))
    link.start()
    pieces = [TextPiece(request_id=RequestId(1), text=str(number)) for number in range(100)]
    client.say(*pieces)
    qtbot.waitUntil(lambda: len(seen) == 100)
    link.close()
    assert [event for event, _ in seen] == pieces
    # Qt tells the lambda's thread from where it was connected only for slots of objects.
    assert client.is_closed


def test_that_closing_ends_the_reader_even_if_it_never_began(qtbot: QtBot) -> None:
    never_started = EngineLink(FakeEngineClient())
    never_started.close()
    link = EngineLink(FakeEngineClient())
    link.start()
    link.close()


@pytest.mark.logs_warnings
def test_that_a_reader_that_breaks_down_says_so(qtbot: QtBot) -> None:
    link = EngineLink(BrokenClient())
    with qtbot.waitSignal(link.event_received) as signal:
        link.start()
    link.close()
    assert signal.args == [EngineDied(problem=Problem.UNEXPECTED, detail="LookupError")]
