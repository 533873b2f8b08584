"""Reads what NVIDIA's driver said: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.hardware.readers.pci_ids import address_of
from runtime.hardware.readers.recorded_values import (
    ReaderNotes,
    entries,
    fields,
    lines,
    number,
    text,
)
from runtime.hardware.recording import Recording, Trouble
from runtime.hardware.report import DeviceKind, GraphicsDevice, Memory, Vendor

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NvidiaReport:
    """What the driver said.

    Attributes:
        is_broken: it is installed and does not answer
    """

    devices: tuple[GraphicsDevice, ...] = ()
    is_broken: bool = False


def read_nvidia(recording: Recording, notes: ReaderNotes, ram: Memory) -> NvidiaReport:
    """Devices by NVML, else by nvidia-smi; compared where both answered."""
    first = _read_nvml(recording, notes, ram)
    second = _read_smi(recording, notes, ram)
    for device in first:
        for other in second:
            if device.address and device.address == other.address:
                notes.compare(device.name, device.dedicated, other.dedicated, percent=2)
    devices = first or second
    refused = recording.result("nvml").trouble is Trouble.FAILED or _smi_refused(recording)
    lost = any("error" in entry for entry in _nvml_entries(recording))
    return NvidiaReport(devices=devices, is_broken=lost or (refused and not devices))


def _read_nvml(recording: Recording, notes: ReaderNotes, ram: Memory) -> tuple[GraphicsDevice, ...]:
    driver = text(fields(recording.output("nvml")).get("driver_version"))
    return tuple(
        _device(
            notes,
            ram,
            name=text(entry.get("name")),
            driver=driver,
            address=text(entry.get("bus_id")),
            figures=(number(entry.get("total")), number(entry.get("free")), "NVML"),
        )
        for entry in _nvml_entries(recording)
        if text(entry.get("name"))
    )


def _nvml_entries(recording: Recording) -> list[Mapping[str, object]]:
    return list(entries(fields(recording.output("nvml")).get("devices")))


def _read_smi(recording: Recording, notes: ReaderNotes, ram: Memory) -> tuple[GraphicsDevice, ...]:
    if _smi_refused(recording):
        return ()
    found = []
    for line in lines(fields(recording.output("nvidia_smi")).get("stdout")):
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) != 5 or not cells[0]:
            continue
        total, free = (number(cell) for cell in cells[3:])
        figures = (_mebibytes(total), _mebibytes(free), "nvidia-smi")
        found.append(
            _device(notes, ram, name=cells[0], driver=cells[2], address=cells[1], figures=figures)
        )
    return tuple(found)


def _smi_refused(recording: Recording) -> bool:
    code = fields(recording.output("nvidia_smi")).get("exit_code")
    return code is not None and code != 0


def _mebibytes(value: int | None) -> int | None:
    return None if value is None else value * _MEBIBYTE


def _device(
    notes: ReaderNotes,
    ram: Memory,
    *,
    name: str,
    driver: str,
    address: str,
    figures: tuple[int | None, int | None, str],
) -> GraphicsDevice:
    name = name if name.upper().startswith("NVIDIA") else f"NVIDIA {name}"
    total, free, source = figures
    # It has none of its own where it shares the processor's, as on Jetson and DGX Spark.
    shares = total is None
    return GraphicsDevice(
        name=name,
        vendor=Vendor.NVIDIA,
        kind=DeviceKind.INTEGRATED if shares else DeviceKind.DISCRETE,
        dedicated=None if shares else notes.memory(name, source, total, free),
        shared=ram if shares else None,
        driver=f"NVIDIA {driver}".strip(),
        address=address_of(address),
    )
