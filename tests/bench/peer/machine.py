"""The machine in words."""

import platform
from pathlib import Path

import psutil

_CPU_INFO = Path("/proc/cpuinfo")


def machine_in_words() -> str:
    """Such as "2 cores of an AMD EPYC, 24 GB of memory, Linux"."""
    cores = psutil.cpu_count(logical=False) or 1
    memory = round(psutil.virtual_memory().total / 1e9)
    return f"{cores} cores of {_processor()}, {memory} GB of memory, {platform.system()}"


def _processor() -> str:
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
