from dataclasses import replace

from pytestqt.qtbot import QtBot

from app.model_manager.options.options_model import OffersModel
from tools.sample_offers import downloading, sample_offers


def test_that_equal_offers_are_told_once(qtbot: QtBot) -> None:
    model = OffersModel()
    with qtbot.waitSignal(model.changed) as blocker:
        model.set(sample_offers())
    assert blocker.args == [sample_offers()]
    with qtbot.assertNotEmitted(model.changed):
        model.set(sample_offers())


def test_that_a_new_state_of_an_offer_is_taken_wherever_it_is_shown(qtbot: QtBot) -> None:
    model = OffersModel()
    model.set(sample_offers())
    look = model.value.first_look
    assert look is not None
    assert look.recommendation is not None
    for before in (look.recommendation, look.alternatives[0]):
        model.replace_offer(downloading(before))
    after = model.value.first_look
    assert after is not None
    assert after.recommendation == downloading(look.recommendation)
    assert after.alternatives[0] == downloading(look.alternatives[0])
    coming = [offer for offer in model.value.offers if offer.transfer is not None]
    assert len(coming) == 2


def test_that_a_first_look_without_a_recommendation_stays_without_one() -> None:
    model, offers = OffersModel(), sample_offers()
    assert offers.first_look is not None
    look = replace(offers.first_look, recommendation=None)
    model.set(replace(offers, first_look=look))
    model.replace_offer(downloading(offers.offers[0]))
    assert model.value.first_look == look
