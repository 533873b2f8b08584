"""A file server on this machine that does everything a server can do wrong."""

import contextlib
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_BLOCK = 1 << 16
# A stalled reply ends when the client gives up, or with the test.
_LONGEST_STALL_S = 5.0


class Lie(StrEnum):
    """What a reply does instead of being honest."""

    NONE = "none"
    WEB_PAGE = "web_page"
    WEB_PAGE_IN_DISGUISE = "web_page_in_disguise"
    WRONG_BYTES = "wrong_bytes"
    OTHER_FILE = "other_file"
    TRUNCATED = "truncated"
    CUT_WITHOUT_LENGTH = "cut_without_length"
    WITHOUT_LENGTH = "without_length"
    TOO_LONG = "too_long"
    EMPTY = "empty"
    IGNORES_RANGE = "ignores_range"
    WRONG_RANGE = "wrong_range"
    NOT_SATISFIABLE = "not_satisfiable"
    BUSY = "busy"
    BUSY_UNTIL = "busy_until"
    BROKEN = "broken"
    NOT_THERE = "not_there"
    FORBIDDEN = "forbidden"
    REDIRECT = "redirect"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_TO_FILE = "redirect_to_file"
    STALL = "stall"
    RESET = "reset"
    GIBBERISH = "gibberish"
    SQUEEZED = "squeezed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How one request is answered.

    Attributes:
        after_bytes: of the body, before a truncation, stall or reset
        headers: sent besides, such as Retry-After
    """

    lie: Lie = Lie.NONE
    after_bytes: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for."""

    path: str
    range: str | None
    if_range: str | None


class LyingServer:
    """Serves bytes by path; lies as it was told, and is honest afterwards.

    Attributes:
        files: the content of each path
        requests: all that came in
        sent_bytes: of bodies
        linked: hashes that are told as Hugging Face does, on a redirect as well
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.requests: list[Request] = []
        self.sent_bytes = 0
        self.linked: dict[str, str] = {}
        self.on_block: Callable[[int], None] = lambda _sent: None
        self.ending = threading.Event()
        self._replies: list[Reply] = []
        self._always = Reply()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.lying = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def base(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def lie(self, *replies: Reply | Lie) -> None:
        """Answer the next requests so."""
        with self._lock:
            self._replies += [
                reply if isinstance(reply, Reply) else Reply(lie=reply) for reply in replies
            ]

    def lie_first(self, lie: Lie) -> None:
        """Answer the very next request so."""
        with self._lock:
            self._replies.insert(0, Reply(lie=lie))

    def always_lie(self, reply: Reply | Lie) -> None:
        """Answer all further requests so."""
        self._always = reply if isinstance(reply, Reply) else Reply(lie=reply)

    def close(self) -> None:
        """End, and wait for what is still being answered."""
        self.ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_reply(self, request: Request) -> Reply:
        """How to answer; for its handlers."""
        with self._lock:
            self.requests.append(request)
            return self._replies.pop(0) if self._replies else self._always

    def count(self, sent: int) -> None:
        """Bytes went out; for its handlers."""
        with self._lock:
            self.sent_bytes += sent
        self.on_block(self.sent_bytes)


@contextmanager
def lying_server(files: Mapping[str, bytes]) -> Iterator[LyingServer]:
    """A server for one test."""
    server = LyingServer(files)
    try:
        yield server
    finally:
        server.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    lying: LyingServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A connection that is kept open would keep the server from ending.
    timeout = 0.5
    server: _Server

    def do_GET(self) -> None:
        lying = self.server.lying
        request = Request(
            path=self.path, range=self.headers["Range"], if_range=self.headers["If-Range"]
        )
        reply = lying.next_reply(request)
        content = lying.files.get(self.path)
        if content is None:
            self._status(404)
            return
        if reply.lie in _STATUSES:
            self._status(_STATUSES[reply.lie], reply.headers)
            return
        getattr(self, f"_{reply.lie.value}", self._none)(content, reply)

    def log_message(self, format: str, *args: object) -> None:
        """A test's output is its own."""

    def _none(self, content: bytes, reply: Reply) -> None:
        start = self._wanted_start(content)
        self._send(content, start=start, reply=reply)

    def _web_page(self, _content: bytes, _reply: Reply) -> None:
        page = b"<html>Please sign in</html>"
        self._head(200, {"Content-Type": "text/html", "Content-Length": str(len(page))})
        self._body(page)

    def _web_page_in_disguise(self, _content: bytes, _reply: Reply) -> None:
        self._head(200, {"Content-Type": "application/octet-stream", "Connection": "close"})
        self._body(b"<html>Please sign in</html>")

    def _wrong_bytes(self, content: bytes, reply: Reply) -> None:
        wrong = content[:8] + bytes(byte ^ 1 for byte in content[8:])
        self._send(wrong, start=self._wanted_start(content), reply=reply, etag=_etag(content))

    def _other_file(self, content: bytes, reply: Reply) -> None:
        other = content[:4] + content[:3:-1]
        self._send(other, start=self._wanted_start(other), reply=reply)

    def _truncated(self, content: bytes, reply: Reply) -> None:
        self._send(content, start=self._wanted_start(content), reply=reply, stop=reply.after_bytes)
        self.close_connection = True

    def _cut_without_length(self, content: bytes, reply: Reply) -> None:
        self._head(200, {"Connection": "close", "ETag": _etag(content)})
        self._body(content[: reply.after_bytes])

    def _without_length(self, content: bytes, _reply: Reply) -> None:
        self._head(200, {"Connection": "close", "ETag": _etag(content)})
        self._body(content)

    def _too_long(self, content: bytes, _reply: Reply) -> None:
        self._head(200, {"Connection": "close"})
        self._body(content + b"more")

    def _empty(self, _content: bytes, _reply: Reply) -> None:
        self._head(200, {"Content-Length": "0"})

    def _ignores_range(self, content: bytes, reply: Reply) -> None:
        self._send(content, start=0, reply=reply)

    def _wrong_range(self, content: bytes, _reply: Reply) -> None:
        self._head(
            206,
            {
                "Content-Range": f"bytes 3-{len(content) - 1}/{len(content)}",
                "Content-Length": str(len(content) - 3),
            },
        )
        self._body(content[3:])

    def _not_satisfiable(self, content: bytes, _reply: Reply) -> None:
        self._status(416, {"Content-Range": f"bytes */{len(content)}"})

    def _redirect(self, _content: bytes, _reply: Reply) -> None:
        # As Hugging Face sends everybody to where the bytes are, the hash told beforehand.
        lying = self.server.lying
        lying.files.setdefault(f"/bytes{self.path}", lying.files[self.path])
        linked = lying.linked.get(self.path)
        headers = {"X-Linked-ETag": f'"{linked}"'} if linked else {}
        self._status(302, {"Location": f"{lying.base}/bytes{self.path}", **headers})

    def _redirect_loop(self, _content: bytes, _reply: Reply) -> None:
        # Whoever follows comes here again, and the loop must not end by itself.
        self.server.lying.lie_first(Lie.REDIRECT_LOOP)
        self._status(302, {"Location": self.path})

    def _redirect_to_file(self, _content: bytes, _reply: Reply) -> None:
        self._status(302, {"Location": "file:///etc/hostname"})

    def _stall(self, content: bytes, reply: Reply) -> None:
        start = self._wanted_start(content)
        self._send(content, start=start, reply=reply, stop=reply.after_bytes)
        self.connection.settimeout(_LONGEST_STALL_S)
        with contextlib.suppress(OSError):
            # Ends as soon as the client hangs up.
            self.connection.recv(1)
        self.close_connection = True

    def _reset(self, content: bytes, reply: Reply) -> None:
        self._send(content, start=self._wanted_start(content), reply=reply, stop=reply.after_bytes)
        linger = struct.pack("ii" if struct.calcsize("P") else "hh", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True

    def _gibberish(self, _content: bytes, _reply: Reply) -> None:
        self.wfile.write(b"\x00\xff no server speaks so\r\n\r\n")
        self.close_connection = True

    def _squeezed(self, content: bytes, _reply: Reply) -> None:
        self._head(200, {"Content-Encoding": "gzip", "Content-Length": str(len(content))})
        self._body(content)

    def _wanted_start(self, content: bytes) -> int:
        asked = self.headers["Range"]
        if asked is None or self.headers["If-Range"] not in (None, _etag(content)):
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def _send(
        self,
        content: bytes,
        *,
        start: int,
        reply: Reply,
        stop: int | None = None,
        etag: str | None = None,
    ) -> None:
        headers = {
            "Content-Length": str(len(content) - start),
            "ETag": etag or _etag(content),
            **reply.headers,
        }
        if linked := self.server.lying.linked.get(self.path):
            headers["X-Linked-ETag"] = f'"{linked}"'
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._head(206 if start else 200, headers)
        self._body(content[start:] if stop is None else content[start : start + stop])

    def _status(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self._head(status, {"Content-Length": "0", **(headers or {})})

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _body(self, content: bytes) -> None:
        for start in range(0, len(content), _BLOCK):
            block = content[start : start + _BLOCK]
            self.wfile.write(block)
            self.server.lying.count(len(block))


_STATUSES = {
    Lie.BUSY: 429,
    Lie.BUSY_UNTIL: 503,
    Lie.BROKEN: 500,
    Lie.NOT_THERE: 404,
    Lie.FORBIDDEN: 403,
}


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'
