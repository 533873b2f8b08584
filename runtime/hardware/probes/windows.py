"""What Windows says in its registry and through DXGI about processor and graphics."""

import ctypes
import sys
import uuid
from collections.abc import Iterator

from runtime.hardware.probes.system_tools import Absent, Refused

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


_NOT_FOUND = 0x887A0002
_FACTORY = uuid.UUID("770aae78-f26f-4dba-a829-253c83d1b387")
_ADAPTER_3 = uuid.UUID("645967a4-1392-4310-a798-8053ce3e93fd")
# Places of the methods in their interfaces' tables (dxgi.h, dxgi1_4.h).
_QUERY_INTERFACE, _RELEASE = 0, 2
_ENUM_ADAPTERS_1 = 12
_GET_DESC_1 = 10
_QUERY_VIDEO_MEMORY_INFO = 14
_LOCAL, _NON_LOCAL = 0, 1
_MOST_ADAPTERS = 16

_NAMES = (
    "Description",
    "VendorId",
    "DeviceId",
    "DedicatedVideoMemory",
    "DedicatedSystemMemory",
    "SharedSystemMemory",
    "Flags",
)


class _Description(ctypes.Structure):
    """`DXGI_ADAPTER_DESC1`."""

    _fields_ = (
        ("Description", ctypes.c_wchar * 128),
        ("VendorId", ctypes.c_uint32),
        ("DeviceId", ctypes.c_uint32),
        ("SubSysId", ctypes.c_uint32),
        ("Revision", ctypes.c_uint32),
        ("DedicatedVideoMemory", ctypes.c_size_t),
        ("DedicatedSystemMemory", ctypes.c_size_t),
        ("SharedSystemMemory", ctypes.c_size_t),
        ("AdapterLuid", ctypes.c_uint32 * 2),
        ("Flags", ctypes.c_uint32),
    )


class _MemoryInfo(ctypes.Structure):
    """`DXGI_QUERY_VIDEO_MEMORY_INFO`."""

    _fields_ = (
        ("Budget", ctypes.c_uint64),
        ("CurrentUsage", ctypes.c_uint64),
        ("AvailableForReservation", ctypes.c_uint64),
        ("CurrentReservation", ctypes.c_uint64),
    )


if sys.platform == "win32":

    def dxgi() -> object:
        """The adapters, each with its memory and what of it this process may have."""
        factory = ctypes.c_void_p()
        create = ctypes.windll.dxgi.CreateDXGIFactory1
        if create(_identifier(_FACTORY), ctypes.byref(factory)) or not factory.value:
            raise Refused("DXGI")
        return [_adapter(adapter) for adapter in _adapters(factory)]

    def _adapters(factory: ctypes.c_void_p) -> Iterator[ctypes.c_void_p]:
        for index in range(_MOST_ADAPTERS):
            adapter = ctypes.c_void_p()
            code = _call(factory, _ENUM_ADAPTERS_1, ctypes.c_uint32(index), ctypes.byref(adapter))
            if code == _NOT_FOUND:
                return
            if code or not adapter.value:
                raise Refused("DXGI")
            yield adapter
            _call(adapter, _RELEASE)

    def _adapter(adapter: ctypes.c_void_p) -> dict[str, object]:
        description = _Description()
        if _call(adapter, _GET_DESC_1, ctypes.byref(description)):
            raise Refused("DXGI")
        values: dict[str, object] = {name: getattr(description, name) for name in _NAMES}
        newer = ctypes.c_void_p()
        if not _call(adapter, _QUERY_INTERFACE, _identifier(_ADAPTER_3), ctypes.byref(newer)):
            values["Local"] = _memory(newer, _LOCAL)
            values["NonLocal"] = _memory(newer, _NON_LOCAL)
            _call(newer, _RELEASE)
        return values

    def _memory(adapter: ctypes.c_void_p, group: int) -> dict[str, int]:
        info = _MemoryInfo()
        _call(
            adapter,
            _QUERY_VIDEO_MEMORY_INFO,
            ctypes.c_uint32(0),
            ctypes.c_uint32(group),
            ctypes.byref(info),
        )
        return {"Budget": info.Budget, "CurrentUsage": info.CurrentUsage}

    def _call(interface: ctypes.c_void_p, method: int, *arguments: object) -> int:
        """Call a method of a COM interface by its place; its result as an unsigned number."""
        table = ctypes.cast(interface, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
        types = [ctypes.c_void_p, *(_type(argument) for argument in arguments)]
        function = ctypes.WINFUNCTYPE(ctypes.c_long, *types)(table[method])
        return int(function(interface, *arguments)) & 0xFFFFFFFF

    def _type(argument: object) -> type[ctypes.c_uint32] | type[ctypes.c_void_p]:
        return ctypes.c_uint32 if isinstance(argument, ctypes.c_uint32) else ctypes.c_void_p

    def _identifier(interface: uuid.UUID) -> ctypes.Array[ctypes.c_char]:
        return ctypes.create_string_buffer(interface.bytes_le, 16)

else:

    def dxgi() -> object:
        """There is no DXGI here."""
        raise Absent("DXGI")
