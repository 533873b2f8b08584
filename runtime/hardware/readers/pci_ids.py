"""Who made a device, by its numbers on the PCI bus: pure."""

import re

from runtime.hardware.report import DeviceKind, Vendor

NVIDIA, AMD, INTEL = 0x10DE, 0x1002, 0x8086
_VENDORS = {
    NVIDIA: Vendor.NVIDIA,
    AMD: Vendor.AMD,
    INTEL: Vendor.INTEL,
    0x106B: Vendor.APPLE,
    0x5143: Vendor.OTHER,  # Qualcomm
    0x4D4F4351: Vendor.OTHER,  # Qualcomm, as DXGI spells it ("QCOM")
    0x1ED5: Vendor.OTHER,  # Moore Threads
}
# AMD's processors with graphics, from Kaveri to Strix Halo, as the amdgpu driver lists them.
_AMD_PROCESSORS = frozenset(
    {
        *range(0x1304, 0x131E),
        *range(0x9830, 0x9860),
        *(0x9870, 0x9874, 0x9875, 0x9876, 0x9877, 0x98E4),
        *(0x15DD, 0x15D8, 0x1636, 0x1638, 0x164C, 0x15E7),
        *(0x163F, 0x1435, 0x164D, 0x1681, 0x164E, 0x1506, 0x13C0),
        *(0x15BF, 0x15C8, 0x1900, 0x1901, 0x1902, 0x150E, 0x1586, 0x1114),
    }
)
# B370 and B390 have the numbers of cards and are part of the processor.
_INTEL_CARD = re.compile(
    r"\b(?:Arc\W.*\b(?:A|B(?!3[79]0\b))\d{2,3}M?\b|DG1|Iris Xe MAX|Data Center GPU)", re.I
)


def vendor_of(vendor_id: int | None) -> Vendor | None:
    """Who made it; None for a virtual or unknown display adapter, which runs no model."""
    return _VENDORS.get(vendor_id) if vendor_id is not None else None


def kind_of(vendor: Vendor, device_id: int | None, name: str) -> DeviceKind:
    """Whether a device is part of the processor, as far as number and name tell."""
    if vendor is Vendor.NVIDIA:
        integrated = False
    elif vendor is Vendor.AMD:
        integrated = device_id in _AMD_PROCESSORS
    elif vendor is Vendor.INTEL:
        integrated = not _INTEL_CARD.search(name)
    else:
        integrated = True
    return DeviceKind.INTEGRATED if integrated else DeviceKind.DISCRETE


def address_of(text: str) -> str:
    """A PCI address as the kernel writes it: NVML's domain has eight digits, ours four."""
    parts = text.strip().lower().split(":")
    if len(parts) != 3 or not all(parts):
        return ""
    return f"{parts[0][-4:].rjust(4, '0')}:{parts[1]}:{parts[2]}"
