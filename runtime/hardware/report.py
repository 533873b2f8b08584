"""What a machine has, each figure with where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Vendor(StrEnum):
    """Who made a graphics device."""

    NVIDIA = "nvidia"
    AMD = "amd"
    INTEL = "intel"
    APPLE = "apple"
    OTHER = "other"


class DeviceKind(StrEnum):
    """Whether a graphics device has memory of its own."""

    DISCRETE = "discrete"
    INTEGRATED = "integrated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """An amount of memory.

    Attributes:
        total_bytes: all of it
        free_bytes: what can be had now; None if nobody knows
        source: who said so, such as "NVML" or a file's path
    """

    total_bytes: int
    free_bytes: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphicsDevice:
    """A graphics device as the system knows it.

    Attributes:
        name: for people, such as "NVIDIA GeForce RTX 3060"
        dedicated: memory of its own, a carve-out of RAM included; None if it has none
        shared: RAM it may use besides; on Apple silicon the Metal working set
        driver: name and version, "" if unknown
        address: on the PCI bus, such as "0000:01:00.0"; "" if unknown
    """

    name: str
    vendor: Vendor
    kind: DeviceKind
    dedicated: Memory | None = None
    shared: Memory | None = None
    driver: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """The CPU.

    Attributes:
        name: for people
        architecture: "x86_64" or "arm64"
        physical_cores: cores without hyper-threading
        logical_cores: with it
        features: those that matter to ggml, of "AVX2", "AVX-512", "NEON"
    """

    name: str
    architecture: str
    physical_cores: int
    logical_cores: int
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """The battery of a laptop."""

    percent: int
    plugged_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDevice:
    """A device as the installed llama.cpp sees it.

    Attributes:
        name: ggml's own, such as "CUDA0", "Vulkan0", "Metal"
        description: the device's, such as "NVIDIA GeForce RTX 3060"
        memory: as ggml reports it; None where its figures are absurd
        address: on the PCI bus, such as "0000:01:00.0"; "" if unknown
    """

    name: str
    description: str
    kind: DeviceKind
    memory: Memory | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaBuild:
    """What the installed llama.cpp can use.

    Attributes:
        backends: as ggml registers them, such as ("Vulkan", "CPU")
        devices: graphics devices it sees; empty for a build or a machine without
    """

    backends: tuple[str, ...]
    devices: tuple[BuildDevice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSpeed:
    """What a device does.

    Attributes:
        bytes_per_s: weights read while single tokens are written
        operations_per_s: of matrix products while a prompt is read
    """

    bytes_per_s: float
    operations_per_s: float


class FindingKind(StrEnum):
    """What a person should know about their machine, in words by the app's notifications."""

    DEVICE_NOT_USED = "device_not_used"  # detail: device; the build cannot use it
    DRIVER_BROKEN = "driver_broken"  # detail: device or driver
    PROBE_TIMED_OUT = "probe_timed_out"  # detail: the probe
    PROBE_CRASHED = "probe_crashed"  # detail: the probe
    FIGURE_REJECTED = "figure_rejected"  # detail: whose; sources, figures and rejection say why
    SOURCES_DISAGREE = "sources_disagree"  # detail: whose; both sources and figures
    SOFTWARE_DEVICE = "software_device"  # detail: device; a CPU that poses as a GPU
    MEMORY_OVERRIDDEN = "memory_overridden"  # detail: device; figures: reported and set


class Rejection(StrEnum):
    """Why a figure is not believed."""

    ZERO = "zero"  # a device without any memory
    ABOVE_TOTAL = "above_total"  # more is free than there is; figures: free, total
    ABOVE_MACHINE = "above_machine"  # more than the machine can have; figures: it, the most
    CAPPED = "capped"  # a 32-bit field that ran full at 4 GB
    UNREADABLE = "unreadable"  # not a figure at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something noticed while looking at a machine.

    Attributes:
        detail: the device, driver or probe it is about
        sources: who said so
        figures: bytes, in the order of `sources` or as `rejection` says
        rejection: why a figure is not believed; None for other findings
    """

    kind: FindingKind
    detail: str = ""
    sources: tuple[str, ...] = ()
    figures: tuple[int, ...] = ()
    rejection: Rejection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineReport:
    """All that is known about a machine.

    Attributes:
        system: for people, such as "Windows 11" or "Linux 6.8"
        ram: total and available
        disk: of the models folder; None if it cannot be reached
        battery: None for a machine without
        devices: graphics devices of the machine, usable or not
        build: what the installed llama.cpp can use of them
        speeds: what its devices did when they were measured, by ggml's name, "" for the CPU;
            empty where nothing was
    """

    system: str
    processor: Processor
    ram: Memory
    disk: Memory | None
    battery: Battery | None
    devices: tuple[GraphicsDevice, ...]
    build: LlamaBuild
    findings: tuple[Finding, ...] = ()
    speeds: Mapping[str, DeviceSpeed] = field(default_factory=dict)
