"""The table of docs/choosing.md, and that every choice in it fits."""

from runtime.hardware.budget import budgets
from runtime.models.catalogue_file import load_catalogue
from runtime.models.choose import NothingFits, choose
from tools.choosing import DOCUMENT, document, machines


def test_that_the_table_says_what_is_chosen() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_that_every_choice_in_the_table_fits() -> None:
    catalogue = load_catalogue()
    for name, report in machines():
        try:
            plan = choose(report, catalogue)
        except NothingFits:
            continue
        budget = next(each for each in budgets(report) if each.device == plan.device)
        assert plan.expected_bytes + budget.margin_bytes <= budget.free_bytes, name
