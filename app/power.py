"""Whether there is power to spare for work that nobody waits for."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Where the computer's power comes from.

    Attributes:
        plugged_in: also true for a computer without a battery
        percent: how full the battery is; 100 without one
    """

    plugged_in: bool = True
    percent: float = 100.0


def read_power() -> Power:
    """Ask the system; a system that does not tell has no battery."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is None:
        return Power()
    return Power(plugged_in=battery.power_plugged is not False, percent=battery.percent)


def may_work_ahead(power: Power, *, switched_on: bool, least_percent: int) -> bool:
    """Whether to read what the next question will need before it is asked.

    Args:
        power: the system's, now
        switched_on: the user's wish
        least_percent: on battery, only while it is at least this full
    """
    return switched_on and (power.plugged_in or power.percent >= least_percent)
