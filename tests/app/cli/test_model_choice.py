"""What is fetched where not everything was named."""

from pathlib import Path

import pytest
from helpers.machines import machine

from app.cli.model_choice import find_model, pick_any, pick_form
from runtime.hardware.report import MachineReport
from runtime.models.catalogue import CatalogueModel, load_catalogue
from runtime.models.choose import NothingFits, choose
from runtime.models.library.unfinished_downloads import Unfinished

CATALOGUE = load_catalogue()
BEGUN = Unfinished(
    name="Qwen3.5 4B",
    quantisation="Q8_0",
    folder=Path("models/Qwen3.5 4B Q8_0"),
    done_bytes=1,
    total_bytes=2,
)


def called(name: str) -> CatalogueModel:
    model = find_model(CATALOGUE, name)
    assert model is not None
    return model


def no_look() -> MachineReport:
    raise AssertionError("there is nothing to look for")


@pytest.mark.parametrize("ram", [16])
def test_that_pull_without_a_name_gets_what_plan_says(ram: int) -> None:
    plan = choose(machine(ram), CATALOGUE)
    pick = pick_any(CATALOGUE, (), lambda: machine(ram))
    assert (pick.model.name, pick.quantisation.name) == (plan.model, plan.quantisation)
    assert pick.reason == plan.reason


@pytest.mark.parametrize("size", ["0.8B", "2B", "4B", "9B"])
@pytest.mark.parametrize("card", [0, 6])
def test_that_the_size_asked_for_is_kept_whatever_the_computer(size: str, card: int) -> None:
    pick = pick_form(called(size), (), lambda: machine(16, card))
    assert pick.model.size == size
    assert not pick.quantisation.is_manual
    assert pick.quantisation.name in pick.reason


@pytest.mark.parametrize("size", ["0.8B", "9B"])
def test_that_an_unknown_computer_gets_the_smallest_that_is_any_good(size: str) -> None:
    pick = pick_form(called(size), (), lambda: machine(0))
    smaller = [
        each
        for each in pick.model.quantisations
        if each.file.size_bytes < pick.quantisation.file.size_bytes
    ]
    assert all(each.is_manual or each.penalty > pick.quantisation.penalty for each in smaller)
    assert "too little free memory" in pick.reason


def test_that_an_unknown_computer_gets_nothing_unasked() -> None:
    with pytest.raises(NothingFits):
        pick_any(CATALOGUE, (), lambda: machine(0))


def test_that_a_download_that_was_begun_goes_on_whatever_fits_now() -> None:
    for pick in (
        pick_any(CATALOGUE, (BEGUN,), no_look),
        pick_form(called("4B"), (BEGUN,), no_look),
    ):
        assert (pick.model.name, pick.quantisation.name) == ("Qwen3.5 4B", "Q8_0")
        assert "a part of it is here already" in pick.reason


def test_that_a_download_of_another_model_is_left_alone() -> None:
    pick = pick_form(called("2B"), (BEGUN,), lambda: machine(16))
    assert pick.model.size == "2B"
