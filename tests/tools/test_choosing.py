"""The table of docs/choosing.md, and that every choice in it fits."""

from runtime.hardware.memory_budget import budgets
from runtime.models.choose import NothingFits
from tools.choosing import DOCUMENT, choices, document


def test_that_the_table_says_what_is_chosen_and_every_choice_fits() -> None:
    found = list(choices())
    assert DOCUMENT.read_text(encoding="utf-8") == document(found)
    for name, report, plan in found:
        if isinstance(plan, NothingFits):
            continue
        budget = next(each for each in budgets(report) if each.device == plan.device)
        assert plan.expected_bytes + budget.margin_bytes <= budget.free_bytes, name
