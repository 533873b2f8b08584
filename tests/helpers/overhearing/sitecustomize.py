"""Notes every attempt to reach another computer, in each Python process that finds this module.

Python imports it by its name before anything else, because its folder is on PYTHONPATH.
"""

import os
import sys

_EVENTS = frozenset(
    {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.sendto",
        "socket.sendmsg",
        "urllib.Request",
        "http.client.connect",
    }
)
_FILE = os.environ["OVERHEARD"]


def _note(event: str, arguments: tuple[object, ...]) -> None:
    # The address of a socket between two processes of one computer is a path.
    if event in _EVENTS and not (
        event == "socket.connect" and isinstance(arguments[1], str | bytes)
    ):
        with open(_FILE, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {event} {arguments[1:]}\n")


def _begin() -> None:
    with open(_FILE, "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} listening\n")
    sys.addaudithook(_note)


_begin()
