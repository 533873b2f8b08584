"""Says which proxy would be used, without its password."""

import re
from collections.abc import Mapping
from urllib.request import getproxies

_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")


def proxy_in_use(chosen: str, system: Mapping[str, str] | None = None) -> str:
    """The address of the proxy for downloads; "" if there is none.

    Args:
        chosen: what the settings say; "" is the system's own
        system: what the system says, by scheme; None asks it
    """
    found = getproxies() if system is None else system
    address = chosen or found.get("https") or found.get("all") or ""
    return _CREDENTIALS.sub("…@", address)
