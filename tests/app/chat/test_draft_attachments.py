from pathlib import Path

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.chat.draft_attachments import DraftAttachments, EntryId
from app.chat.turns import Attachment, AttachmentKind


@pytest.fixture
def draft_attachments(qtbot: QtBot) -> DraftAttachments:
    return DraftAttachments()


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


def test_that_it_obeys_the_rules_of_item_models(draft_attachments: DraftAttachments) -> None:
    tester = QAbstractItemModelTester(
        draft_attachments, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    entry_id = draft_attachments.add("a.png")
    draft_attachments.settle(entry_id, attachment("a.png"))
    draft_attachments.remove(entry_id)
    assert tester.model() is draft_attachments


def test_that_an_empty_tray_is_settled(draft_attachments: DraftAttachments) -> None:
    assert draft_attachments.is_settled


def test_that_it_settles_when_every_file_was_looked_at(draft_attachments: DraftAttachments) -> None:
    first, second = draft_attachments.add("a.png"), draft_attachments.add("b.png")
    draft_attachments.settle(second, attachment("b.png"))
    assert not draft_attachments.is_settled
    draft_attachments.settle(first, attachment("a.png"))
    assert draft_attachments.is_settled


def test_that_taking_empties_it_and_keeps_the_order(
    draft_attachments: DraftAttachments, qtbot: QtBot
) -> None:
    first, second = draft_attachments.add("a.png"), draft_attachments.add("b.png")
    draft_attachments.settle(second, attachment("b.png"))
    draft_attachments.settle(first, attachment("a.png"))
    with qtbot.waitSignal(draft_attachments.changed):
        taken = draft_attachments.take()
    assert [each.name for each in taken] == ["a.png", "b.png"]
    assert draft_attachments.entries() == ()


def test_that_settling_a_removed_file_does_nothing(draft_attachments: DraftAttachments) -> None:
    entry_id = draft_attachments.add("a.png")
    draft_attachments.remove(entry_id)
    draft_attachments.settle(entry_id, attachment("a.png"))
    draft_attachments.remove(EntryId(99))
    assert draft_attachments.entries() == ()


def test_that_attachments_given_back_are_settled(draft_attachments: DraftAttachments) -> None:
    draft_attachments.show_attachments([attachment("a.png")])
    assert draft_attachments.is_settled
    assert draft_attachments.entries()[0].attachment == attachment("a.png")
