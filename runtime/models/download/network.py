"""The one place that opens connections, and refuses to while the user wants none."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urljoin, urlsplit

import certifi
import httpx

from runtime.models.download.download_errors import AttemptError, AttemptFailed, error_of_exception
from runtime.problems import DownloadFailure, Problem

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PROXY_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """How long to wait for a network.

    Attributes:
        connect_s: for a connection
        stall_s: for the next byte
    """

    connect_s: float = 10.0
    stall_s: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A server's answer, its body not read yet.

    Attributes:
        headers: names in lower case
        linked_sha256: what Hugging Face says the file behind a redirect has as its hash
    """

    response: httpx.Response
    headers: Mapping[str, str]
    linked_sha256: str | None = None

    @property
    def status(self) -> int:
        """Of HTTP."""
        return self.response.status_code


class Network:
    """Connections for one download at a time; closed when left."""

    def __init__(
        self,
        *,
        is_offline: Callable[[], bool],
        proxy: str = "",
        timeouts: Timeouts | None = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            is_offline: whether the user wants no connection; asked before each one
            proxy: an address of http, https, socks5 or socks5h; "" is the system's own
            timeouts: None is the usual ones
        """
        self._is_offline = is_offline
        self._proxy = proxy.strip()
        self._timeouts = timeouts or Timeouts()
        self._client: httpx.Client | None = None

    def check(self) -> None:
        """Make sure that connections are allowed.

        Raises:
            DownloadFailure: the user wants none
        """
        if self._is_offline():
            raise DownloadFailure(Problem.OFFLINE)

    def close(self) -> None:
        """Close all connections; the next request opens them again."""
        if self._client is not None:
            self._client.close()
            self._client = None

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[Reply]:
        """Ask for a file, and follow redirects to where it may safely come from.

        Raises:
            AttemptFailed: no usable reply, or the connection broke while its body was read
            DownloadFailure: the user wants no connection, or the proxy's address is none
        """
        try:
            with self._reply(url, headers) as reply:
                yield reply
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AttemptFailed(error_of_exception(error, has_proxy=bool(self._proxy))) from error

    @contextmanager
    def _reply(self, url: str, headers: Mapping[str, str]) -> Iterator[Reply]:
        client = self._open_client()
        linked = None
        for _hop in range(_MOST_REDIRECTS + 1):
            self.check()
            with client.stream("GET", url, headers=dict(headers)) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                linked = linked or _linked_sha256(found)
                if response.status_code not in _REDIRECTS:
                    yield Reply(response=response, headers=found, linked_sha256=linked)
                    return
                url = _next_url(url, found.get("location", ""))
        raise AttemptFailed(_bad_redirect())

    def _open_client(self) -> httpx.Client:
        self.check()
        if self._client is None:
            timeouts = self._timeouts
            try:
                self._client = httpx.Client(
                    proxy=_usable(self._proxy),
                    trust_env=True,
                    follow_redirects=False,
                    verify=_certificates(),
                    timeout=httpx.Timeout(timeouts.stall_s, connect=timeouts.connect_s),
                    headers={"User-Agent": "sideglance", "Accept-Encoding": "identity"},
                )
            except (ValueError, httpx.InvalidURL) as error:
                # The system's own may be no address either.
                raise DownloadFailure(Problem.DOWNLOAD_PROXY) from error
        return self._client


def _usable(proxy: str) -> str | None:
    """The proxy's address; None for the system's own.

    Raises:
        ValueError: it is no address
    """
    if not proxy:
        return None
    parts = urlsplit(proxy)
    if parts.scheme not in _PROXY_SCHEMES or not parts.hostname or parts.port == 0:
        raise ValueError(proxy)
    return proxy


def now() -> datetime:
    """By this computer's clock."""
    return datetime.now(UTC)


@cache
def _certificates() -> ssl.SSLContext:
    """Who is trusted: the usual authorities, and those of this computer's owner."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


def _next_url(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        scheme = urlsplit(target).scheme
    except ValueError:
        raise AttemptFailed(_bad_redirect()) from None
    # From http, which only the user's own endpoint may be, to http is no step down.
    if not location or scheme not in {"https", urlsplit(url).scheme}:
        raise AttemptFailed(_bad_redirect())
    return target


def _bad_redirect() -> AttemptError:
    return AttemptError(problem=Problem.DOWNLOAD_SERVER_FAILED, is_final=True)


def _linked_sha256(headers: Mapping[str, str]) -> str | None:
    value = headers.get("x-linked-etag", "").strip('"').lower()
    return value if len(value) == 64 and set(value) <= _HEX else None
