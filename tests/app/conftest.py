"""For tests of the whole program."""

import pytest

from app.model_manager import runtime_planner


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test is a first start, and measuring would take a second of all cores from each.

    `tests/runtime/test_measuring.py` does it really.
    """
    monkeypatch.setattr(runtime_planner, "measure_speeds", lambda report: {})
