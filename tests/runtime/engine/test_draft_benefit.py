"""Which way of writing pays."""

from pathlib import Path

import pytest

from runtime.engine.mtp import Paces, load_paces, save_paces


def measured(plain: float, drafted: float) -> Paces:
    """Both ways at so many tokens per second."""
    paces = Paces().after(drafted=False, tokens=100, seconds=100 / plain)
    return paces.after(drafted=True, tokens=100, seconds=100 / drafted)


def test_that_plain_writing_is_measured_first_then_drafting() -> None:
    assert not Paces().drafting_pays
    assert Paces().after(drafted=False, tokens=100, seconds=1).drafting_pays


def test_that_the_faster_way_is_chosen() -> None:
    assert measured(plain=10, drafted=20).drafting_pays
    assert not measured(plain=20, drafted=10).drafting_pays


def test_that_a_machine_that_changed_is_noticed() -> None:
    paces = measured(plain=10, drafted=20)
    for _ in range(100):
        paces = paces.after(drafted=True, tokens=200, seconds=200 / 5)
    assert not paces.drafting_pays


def test_that_speeds_survive_a_restart(tmp_path: Path) -> None:
    paces = measured(plain=10, drafted=20)
    save_paces(tmp_path / "new" / "paces.json", paces)
    assert load_paces(tmp_path / "new" / "paces.json") == paces


WRONG = '{"plain": {"tokens": "1", "seconds": 1}, "drafted": {"tokens": 1, "seconds": -1}}'


@pytest.mark.parametrize("content", ["", "[]", "{", '{"plain": 1, "drafted": 2}', WRONG])
def test_that_a_damaged_file_is_measured_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / "paces.json"
    path.write_text(content)
    assert load_paces(path) == Paces()
