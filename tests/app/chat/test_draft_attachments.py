from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.chat.draft_attachments import EntryId, Tray
from app.chat.turns import Attachment, AttachmentKind


@pytest.fixture
def tray(qtbot: QtBot) -> Tray:
    return Tray()


def attachment(name: str) -> Attachment:
    return Attachment(
        digest=name,
        kind=AttachmentKind.PICTURE,
        name=name,
        path=Path(name),
        thumbnail=Path(name),
        width=1,
        height=1,
    )


def test_that_it_obeys_the_rules_of_item_models(tray: Tray) -> None:
    tester = QAbstractItemModelTester(tray, QAbstractItemModelTester.FailureReportingMode.Fatal)
    entry_id = tray.add("a.png")
    tray.settle(entry_id, attachment("a.png"))
    tray.remove(entry_id)
    assert tester.model() is tray


def test_that_an_empty_tray_is_settled(tray: Tray) -> None:
    assert tray.is_settled


def test_that_it_settles_when_every_file_was_looked_at(tray: Tray) -> None:
    first, second = tray.add("a.png"), tray.add("b.png")
    tray.settle(second, attachment("b.png"))
    assert not tray.is_settled
    tray.settle(first, attachment("a.png"))
    assert tray.is_settled


def test_that_taking_empties_it_and_keeps_the_order(tray: Tray, qtbot: QtBot) -> None:
    first, second = tray.add("a.png"), tray.add("b.png")
    tray.settle(second, attachment("b.png"))
    tray.settle(first, attachment("a.png"))
    with qtbot.waitSignal(tray.changed):
        taken = tray.take()
    assert [each.name for each in taken] == ["a.png", "b.png"]
    assert tray.entries() == ()


def test_that_settling_a_removed_file_does_nothing(tray: Tray) -> None:
    entry_id = tray.add("a.png")
    tray.remove(entry_id)
    tray.settle(entry_id, attachment("a.png"))
    tray.remove(EntryId(99))
    assert tray.entries() == ()


def test_that_attachments_given_back_are_settled(tray: Tray) -> None:
    tray.show_attachments([attachment("a.png")])
    assert tray.is_settled
    assert tray.entries()[0].attachment == attachment("a.png")
