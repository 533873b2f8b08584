"""What every system can be asked: memory, cores, battery, disk."""

import platform
import shutil
from pathlib import Path

import psutil

from runtime.hardware.probes.system_tools import Absent


def system() -> object:
    """Name, memory and cores. No host name: a recording is for bug reports."""
    memory = psutil.virtual_memory()
    return {
        "system": platform.system(),
        "release": platform.release(),
        "version": platform.version(),
        "mac_version": platform.mac_ver()[0],
        "machine": platform.machine(),
        "memory": {"total": memory.total, "available": memory.available},
        "cores": {
            "physical": psutil.cpu_count(logical=False),
            "logical": psutil.cpu_count(),
        },
    }


def battery() -> object:
    """Charge and plug.

    Raises:
        Absent: a machine without battery, or a system that cannot say
    """
    # Some builds of psutil lack it.
    ask = getattr(psutil, "sensors_battery", None)
    found = ask() if ask else None
    if found is None:
        raise Absent("battery")
    return {"percent": found.percent, "power_plugged": found.power_plugged}


def disk(folder: Path) -> object:
    """Space on the disk of a folder, or of the nearest one above it that exists.

    Raises:
        Absent: none of them can be reached
    """
    for place in (folder, *folder.parents):
        try:
            usage = shutil.disk_usage(place)
        except OSError:
            continue
        return {"total": usage.total, "free": usage.free}
    raise Absent("disk")
