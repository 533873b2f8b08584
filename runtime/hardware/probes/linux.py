"""What Linux says in its files: processor and graphics devices."""

import re
from pathlib import Path

from runtime.hardware.probes.system_tools import Absent

_DEVICES = Path("/sys/bus/pci/devices")
_PROCESSOR = Path("/proc/cpuinfo")
_NAMES = (Path("/usr/share/hwdata/pci.ids"), Path("/usr/share/misc/pci.ids"))
_DISPLAY_CLASS = "0x03"
_FILES = (
    "class",
    "vendor",
    "device",
    "boot_vga",
    "product_name",
    "mem_info_vram_total",
    "mem_info_vram_used",
    "mem_info_gtt_total",
    "mem_info_gtt_used",
)


def cpuinfo() -> object:
    """The first processor in /proc/cpuinfo: all are alike in what we read."""
    return _PROCESSOR.read_text("utf-8", errors="replace").split("\n\n", maxsplit=1)[0]


def pci() -> object:
    """The graphics devices by address, each with the files that matter."""
    try:
        folders = sorted(_DEVICES.iterdir())
    except OSError as error:
        raise Absent("PCI") from error
    found: dict[str, dict[str, str]] = {}
    for folder in folders:
        if (_text(folder / "class") or "").startswith(_DISPLAY_CLASS):
            found[folder.name] = _device(folder)
    return found


def _device(folder: Path) -> dict[str, str]:
    device = {name: text for name in _FILES if (text := _text(folder / name)) is not None}
    try:
        device["driver"] = (folder / "driver").readlink().name
    except OSError:
        device["driver"] = ""
    device["pci_ids"] = _listed_name(device.get("vendor", ""), device.get("device", ""))
    return device


def _listed_name(vendor: str, device: str) -> str:
    """The device's line in the system's list of PCI devices, "" without."""
    section = re.compile(rf"^{vendor.strip()[2:]}  .*\n((?:[\t#].*\n|\n)*)", re.MULTILINE)
    entry = re.compile(rf"^\t{device.strip()[2:]}  (.*)$", re.MULTILINE)
    for path in _NAMES:
        text = _text(path)
        if text and (block := section.search(text)) and (line := entry.search(block[1])):
            return line[1]
    return ""


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return None
