import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.chat.transcript import Transcript, TurnRole
from app.chat.turns import Turn, TurnId
from runtime.content import Role


def turn(number: int, text: str = "") -> Turn:
    return Turn(turn_id=TurnId(number), parent_id=None, role=Role.ASSISTANT, text=text)


@pytest.fixture
def transcript(qtbot: QtBot) -> Transcript:
    made = Transcript()
    made.show_turns([turn(1, "a"), turn(2, "b"), turn(3, "c")])
    return made


def test_that_it_obeys_the_rules_of_item_models(transcript: Transcript) -> None:
    tester = QAbstractItemModelTester(
        transcript, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    transcript.append(turn(4))
    transcript.remove_from(TurnId(2))
    transcript.show_turns([])
    assert tester.model() is transcript


def test_that_text_joins_the_turn_it_is_for(transcript: Transcript, qtbot: QtBot) -> None:
    with qtbot.waitSignal(transcript.dataChanged) as blocker:
        transcript.append_text(TurnId(2), "!")
    assert transcript.turn(TurnId(2)).text == "b!"
    assert blocker.args is not None
    assert blocker.args[0].row() == 1


def test_that_thinking_stays_apart_from_text(transcript: Transcript) -> None:
    transcript.append_thinking(TurnId(3), "hm")
    assert (transcript.turn(TurnId(3)).thinking, transcript.turn(TurnId(3)).text) == ("hm", "c")


def test_that_values_handed_out_do_not_change(transcript: Transcript) -> None:
    before = transcript.turns()
    transcript.append_text(TurnId(1), "!")
    assert before[0].text == "a"


def test_that_removing_takes_all_later_turns(transcript: Transcript) -> None:
    transcript.remove_from(TurnId(2))
    assert [each.turn_id for each in transcript.turns()] == [1]
    with pytest.raises(KeyError):
        transcript.turn(TurnId(3))


def test_that_a_turn_can_be_appended_after_removal(transcript: Transcript) -> None:
    transcript.remove_from(TurnId(2))
    transcript.append(turn(9, "z"))
    assert transcript.index(1).data(TurnRole) == turn(9, "z")
    assert transcript.last() == turn(9, "z")
