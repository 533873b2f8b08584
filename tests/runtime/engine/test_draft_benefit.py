"""Which way of writing pays."""

from pathlib import Path

import pytest

from runtime.engine.mtp import DraftBenefits, load_draft_benefits, save_draft_benefits


def measured(plain: float, drafted: float) -> DraftBenefits:
    """Both ways at so many tokens per second."""
    benefits = DraftBenefits().after(drafted=False, tokens=100, seconds=100 / plain)
    return benefits.after(drafted=True, tokens=100, seconds=100 / drafted)


def test_that_plain_writing_is_measured_first_then_drafting() -> None:
    assert not DraftBenefits().drafting_pays
    assert DraftBenefits().after(drafted=False, tokens=100, seconds=1).drafting_pays


def test_that_the_faster_way_is_chosen() -> None:
    assert measured(plain=10, drafted=20).drafting_pays
    assert not measured(plain=20, drafted=10).drafting_pays


def test_that_a_machine_that_changed_is_noticed() -> None:
    benefits = measured(plain=10, drafted=20)
    for _ in range(100):
        benefits = benefits.after(drafted=True, tokens=200, seconds=200 / 5)
    assert not benefits.drafting_pays


def test_that_speeds_survive_a_restart(tmp_path: Path) -> None:
    benefits = measured(plain=10, drafted=20)
    save_draft_benefits(tmp_path / "new" / "paces.json", benefits)
    assert load_draft_benefits(tmp_path / "new" / "paces.json") == benefits


WRONG = '{"plain": {"tokens": "1", "seconds": 1}, "drafted": {"tokens": 1, "seconds": -1}}'


@pytest.mark.parametrize("content", ["", "[]", "{", '{"plain": 1, "drafted": 2}', WRONG])
def test_that_a_damaged_file_is_measured_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / "paces.json"
    path.write_text(content)
    assert load_draft_benefits(path) == DraftBenefits()
