"""What NVIDIA's driver says, through its library and through its tool."""

import pynvml

from runtime.hardware.probes.system_tools import Absent, Refused, run_tool

_QUERY = "name,pci.bus_id,driver_version,memory.total,memory.free"


def nvml() -> object:
    """Devices through NVML, which makes no context on them and so takes no memory.

    Raises:
        Absent: no such driver
        Refused: it does not answer
    """
    try:
        pynvml.nvmlInit()
        return {
            "driver_version": _decoded(pynvml.nvmlSystemGetDriverVersion()),
            "devices": [_device(index) for index in range(pynvml.nvmlDeviceGetCount())],
        }
    except pynvml.NVMLError_LibraryNotFound as error:
        raise Absent("NVML") from error
    except pynvml.NVMLError as error:
        raise Refused(str(error)) from error


def nvidia_smi() -> object:
    """Devices through nvidia-smi, as it writes them."""
    return run_tool(
        "nvidia-smi", f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits", limit_s=5.0
    )


def _device(index: int) -> dict[str, object]:
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        device: dict[str, object] = {
            "name": _decoded(pynvml.nvmlDeviceGetName(handle)),
            "bus_id": _decoded(pynvml.nvmlDeviceGetPciInfo(handle).busId),
        }
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    except pynvml.NVMLError_NotSupported:
        # Memory shared with the processor, as on Jetson and DGX Spark.
        return device
    except pynvml.NVMLError as error:
        return {"error": str(error)}
    return device | {"total": memory.total, "free": memory.free, "used": memory.used}


def _decoded(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode(errors="replace")
