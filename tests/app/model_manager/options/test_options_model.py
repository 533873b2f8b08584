from dataclasses import replace

from pytestqt.qtbot import QtBot

from app.model_manager.options.options_model import OptionsModel
from tools.sample_options import downloading, sample_options


def test_that_equal_options_are_told_once(qtbot: QtBot) -> None:
    model = OptionsModel()
    with qtbot.waitSignal(model.changed) as blocker:
        model.set(sample_options())
    assert blocker.args == [sample_options()]
    with qtbot.assertNotEmitted(model.changed):
        model.set(sample_options())


def test_that_a_new_state_of_an_option_is_taken_wherever_it_is_shown(qtbot: QtBot) -> None:
    model = OptionsModel()
    model.set(sample_options())
    look = model.value.first_look
    assert look is not None
    assert look.recommendation is not None
    for before in (look.recommendation, look.alternatives[0]):
        model.replace_option(downloading(before))
    after = model.value.first_look
    assert after is not None
    assert after.recommendation == downloading(look.recommendation)
    assert after.alternatives[0] == downloading(look.alternatives[0])
    coming = [option for option in model.value.options if option.transfer is not None]
    assert len(coming) == 2


def test_that_a_first_look_without_a_recommendation_stays_without_one() -> None:
    model, options = OptionsModel(), sample_options()
    assert options.first_look is not None
    look = replace(options.first_look, recommendation=None)
    model.set(replace(options, first_look=look))
    model.replace_option(downloading(options.options[0]))
    assert model.value.first_look == look
