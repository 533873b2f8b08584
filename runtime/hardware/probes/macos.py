"""What macOS says about processor and graphics."""

import json

from runtime.hardware.probes.system_tools import Refused, run_tool

_SYSCTLS = (
    "hw.memsize",
    "machdep.cpu.brand_string",
    "machdep.cpu.leaf7_features",
    "hw.optional.arm64",
    "hw.optional.AdvSIMD",
    "iogpu.wired_limit_mb",
)
# Its displays have serial numbers, which are nobody's business.
_DISPLAYS = "spdisplays_ndrvs"


def sysctl() -> object:
    """The values that matter; sysctl leaves out those it does not know."""
    return run_tool("sysctl", *_SYSCTLS, limit_s=3.0)


def system_profiler() -> object:
    """The graphics devices, without the displays on them."""
    wrote = run_tool("system_profiler", "SPDisplaysDataType", "-json", limit_s=6.0)
    try:
        document = json.loads(str(wrote["stdout"]))
        devices = [
            {key: value for key, value in device.items() if key != _DISPLAYS}
            for device in document["SPDisplaysDataType"]
        ]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused("system_profiler") from error
    return {"SPDisplaysDataType": devices}
