"""Reads a recording into a report: pure."""

from dataclasses import replace

from runtime.hardware.device_matching import match_devices
from runtime.hardware.readers.basics import (
    read_battery,
    read_disk,
    read_processor,
    read_ram,
    read_system,
)
from runtime.hardware.readers.linux import read_linux
from runtime.hardware.readers.llama_devices import read_build, read_speeds
from runtime.hardware.readers.macos import read_macos
from runtime.hardware.readers.nvidia import NvidiaReport, read_nvidia
from runtime.hardware.readers.recorded_values import ReaderNotes
from runtime.hardware.readers.windows import read_windows
from runtime.hardware.recording import SPEEDS, Recording, Trouble
from runtime.hardware.report import (
    BuildDevice,
    DeviceKind,
    FindingKind,
    GraphicsDevice,
    LlamaBuild,
    MachineReport,
    Memory,
    Vendor,
)

_TROUBLES = {
    Trouble.TIMED_OUT: FindingKind.PROBE_TIMED_OUT,
    Trouble.CRASHED: FindingKind.PROBE_CRASHED,
}


def read_machine(recording: Recording) -> MachineReport:
    """All that a recording tells; whatever it holds, there is a report."""
    notes = ReaderNotes()
    for name, result in recording.probes.items():
        if result.trouble in _TROUBLES:
            notes.add(_TROUBLES[result.trouble], name)
    ram = read_ram(recording, notes)
    build = read_build(recording, notes)
    nvidia = read_nvidia(recording, notes, ram)
    devices = _as_llama_sees(_devices(recording, notes, build, nvidia, ram), build, notes)
    _note_unused(devices, build, nvidia, notes)
    return MachineReport(
        system=read_system(recording),
        processor=read_processor(recording),
        ram=ram,
        disk=read_disk(recording, notes),
        battery=read_battery(recording),
        devices=devices,
        build=build,
        findings=tuple(notes.findings),
        speeds=read_speeds(recording.output(SPEEDS)),
    )


def _devices(
    recording: Recording, notes: ReaderNotes, build: LlamaBuild, nvidia: NvidiaReport, ram: Memory
) -> tuple[GraphicsDevice, ...]:
    if recording.system == "win32":
        return read_windows(recording, notes, nvidia, ram)
    if recording.system == "darwin":
        return read_macos(recording, notes, build.devices, ram)
    return read_linux(recording, notes, nvidia, ram)


def _as_llama_sees(
    devices: tuple[GraphicsDevice, ...], build: LlamaBuild, notes: ReaderNotes
) -> tuple[GraphicsDevice, ...]:
    """Devices with what only ggml knows of them: their name, and whether they are integrated."""
    known = list(devices)
    for device, match in match_devices(build.devices, devices):
        if match is None:
            continue
        index = next(place for place, each in enumerate(devices) if each is match)
        known[index] = replace(match, kind=device.kind, name=_better_name(match, device))
        if device.kind is DeviceKind.DISCRETE:
            notes.compare(match.name, match.dedicated, device.memory, percent=10)
    return tuple(known)


def _better_name(match: GraphicsDevice, device: BuildDevice) -> str:
    if " graphics device 0x" in match.name:
        return device.description
    # The list of PCI devices has names of chips ("Phoenix1") and of families ("Radeon RX 7900
    # XT/7900 XTX/7900 GRE/7900M"); Mesa names a desktop's graphics after its processor.
    is_chip = match.vendor is Vendor.AMD and "radeon" not in match.name.lower()
    is_better = "/" not in device.description and "radeon" in device.description.lower()
    return device.description if is_better and (is_chip or "/" in match.name) else match.name


def _note_unused(
    devices: tuple[GraphicsDevice, ...], build: LlamaBuild, nvidia: NvidiaReport, notes: ReaderNotes
) -> None:
    """Say which devices stand idle, and whether their driver is why."""
    used = [match for _, match in match_devices(build.devices, devices)]
    idle = [device for device in devices if not any(device is each for each in used)]
    for device in idle:
        if device.vendor is Vendor.NVIDIA and _driver_is_broken(device, nvidia):
            notes.add(FindingKind.DRIVER_BROKEN, device.name)
        # Without an answer from llama.cpp nobody knows; that finding is there already.
        elif build.backends and not _stands_back(device, devices):
            notes.add(FindingKind.DEVICE_NOT_USED, device.name)
    if nvidia.is_broken and not any(device.vendor is Vendor.NVIDIA for device in devices):
        notes.add(FindingKind.DRIVER_BROKEN, "NVIDIA")


def _driver_is_broken(device: GraphicsDevice, nvidia: NvidiaReport) -> bool:
    # Under Linux the kernel says who drives it: nobody, or a driver without CUDA and NVML.
    return nvidia.is_broken or (
        bool(device.address)
        and device.dedicated is None
        and not nvidia.devices
        and device.driver in ("", "nouveau")
    )


def _stands_back(device: GraphicsDevice, devices: tuple[GraphicsDevice, ...]) -> bool:
    """Llama.cpp leaves an integrated device alone where there is a discrete one."""
    return device.kind is DeviceKind.INTEGRATED and any(
        other.kind is DeviceKind.DISCRETE for other in devices
    )
