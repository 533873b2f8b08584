"""What holds for every recorded machine."""

import pytest
from helpers.recorded import NAMES, recorded, recorded_document

from app.notifications.hardware_messages import finding_in_words
from runtime.hardware.memory_budget import budgets


def test_that_there_are_machines_of_every_system() -> None:
    assert len(NAMES) >= 25
    assert {name.split("-")[0] for name in NAMES} == {"linux", "macos", "windows"}


@pytest.mark.parametrize("name", NAMES)
def test_that_a_recording_says_what_it_is_and_where_its_pitfall_is_documented(name: str) -> None:
    document = recorded_document(name)
    cites = document["cites"]
    assert document["about"]
    assert isinstance(cites, list)
    assert cites
    assert all(cite.startswith("https://github.com/") for cite in cites)


@pytest.mark.parametrize("name", NAMES)
def test_that_every_figure_has_a_source_and_every_finding_a_sentence(name: str) -> None:
    report = recorded(name)
    assert report.system
    assert report.processor.name
    assert report.ram.total_bytes > 0
    figures = [report.ram, *(each.dedicated for each in report.devices)]
    figures += [each.shared for each in report.devices]
    figures += [each.memory for each in report.build.devices]
    assert all(figure.source for figure in figures if figure is not None)
    for finding in report.findings:
        assert finding_in_words(finding, report)


@pytest.mark.parametrize("name", NAMES)
def test_that_the_processor_can_always_be_used_and_nothing_has_more_free_than_it_has(
    name: str,
) -> None:
    *cards, processor = budgets(recorded(name))
    assert (processor.device, processor.kind) == ("", None)
    assert all(card.device and card.kind is not None for card in cards)
    assert all(0 < each.free_bytes <= each.total_bytes for each in (*cards, processor))
