"""What the Windows registry says about processor and graphics."""

import sys
from collections.abc import Iterator

from runtime.hardware.probes.refusal import Absent

_PROCESSOR = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
_DISPLAYS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
_VALUES = (
    "DriverDesc",
    "ProviderName",
    "DriverVersion",
    "MatchingDeviceId",
    "HardwareInformation.qwMemorySize",
    "HardwareInformation.MemorySize",
)
# Numbers of winnt.h for IsProcessorFeaturePresent.
_FEATURES = {"AVX2": 40, "AVX512F": 41, "NEON": 19}

if sys.platform == "win32":
    import ctypes
    import winreg

    def processor() -> object:
        """Name and features."""
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _PROCESSOR) as key:
            name = winreg.QueryValueEx(key, "ProcessorNameString")[0]
        present = ctypes.windll.kernel32.IsProcessorFeaturePresent
        return {
            "name": name,
            "features": {name: bool(present(number)) for name, number in _FEATURES.items()},
        }

    def display_classes() -> object:
        """The display drivers ever installed, present or not."""
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _DISPLAYS) as key:
            return [_values(key, name) for name in _numbered(key)]

    def _numbered(key: winreg.HKEYType) -> Iterator[str]:
        for index in range(winreg.QueryInfoKey(key)[0]):
            name = winreg.EnumKey(key, index)
            if name.isdecimal():
                yield name

    def _values(key: winreg.HKEYType, name: str) -> dict[str, object]:
        values: dict[str, object] = {}
        with winreg.OpenKey(key, name) as entry:
            for value in _VALUES:
                try:
                    raw = winreg.QueryValueEx(entry, value)[0]
                except OSError:
                    continue
                # Some drivers write numbers as bytes.
                values[value] = raw.hex() if isinstance(raw, bytes) else raw
        return values

else:

    def processor() -> object:
        """There is no registry here."""
        raise Absent("registry")

    def display_classes() -> object:
        """There is no registry here."""
        raise Absent("registry")
