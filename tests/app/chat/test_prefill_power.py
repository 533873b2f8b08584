"""When there is power to spare."""

import pytest

from app.chat.prefill_ahead import Power, may_prefill_ahead, read_power


@pytest.mark.parametrize(
    ("power", "switched_on", "allowed"),
    [
        (Power(), True, True),
        (Power(), False, False),
        (Power(plugged_in=True, percent=5), True, True),
        (Power(plugged_in=False, percent=80), True, True),
        (Power(plugged_in=False, percent=40), True, True),
        (Power(plugged_in=False, percent=39), True, False),
        (Power(plugged_in=False, percent=80), False, False),
    ],
)
def test_that_a_low_battery_is_spared(power: Power, switched_on: bool, allowed: bool) -> None:
    assert may_prefill_ahead(power, switched_on=switched_on, least_percent=40) is allowed


def test_that_this_computer_can_be_asked() -> None:
    assert 0 <= read_power().percent <= 100
