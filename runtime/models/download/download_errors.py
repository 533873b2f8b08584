"""What can go wrong between a server and us, as values; what may be tried again is decided here."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from runtime.problems import Problem

_REFUSED = frozenset({401, 403, 407, 451})
_NOT_THERE = frozenset({404, 410})
_BUSY = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptError:
    """Why an attempt brought less than it should.

    Attributes:
        is_final: this source need not be asked for this file again
        retry_after_s: how long the server wants to be left alone; None if it did not say
        asks_whole: the next attempt shall not ask for a part
    """

    problem: Problem
    detail: str = ""
    is_final: bool = False
    retry_after_s: float | None = None
    asks_whole: bool = False


class AttemptFailed(Exception):
    """An attempt ended with a fault."""

    def __init__(self, fault: AttemptError) -> None:
        super().__init__(fault)
        self.fault = fault


def error_of_status(status: int, headers: Mapping[str, str], now: datetime) -> AttemptError:
    """What a status that carries no file means.

    Args:
        status: of HTTP; neither 200 nor 206
        headers: names in lower case
        now: by our own clock, which may be wrong
    """
    if status in _BUSY:
        wait_s = retry_after_s(headers, now)
        return AttemptError(problem=Problem.DOWNLOAD_SERVER_BUSY, retry_after_s=wait_s)
    if status == 416:
        return AttemptError(problem=Problem.DOWNLOAD_INTERRUPTED, asks_whole=True)
    if status in _REFUSED:
        return AttemptError(problem=Problem.DOWNLOAD_REFUSED, is_final=True)
    if status in _NOT_THERE:
        return AttemptError(problem=Problem.DOWNLOAD_NOT_THERE, is_final=True)
    # Other refusals of ours will not change; troubles of the server may.
    return AttemptError(problem=Problem.DOWNLOAD_SERVER_FAILED, is_final=300 <= status < 500)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long to wait, from `Retry-After` in seconds or as a date.

    Whoever uses it must cap it: a server, or a clock that is wrong, may name any date. A date
    is measured against the server's own clock, where the reply tells that.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        # A number of any length is allowed.
        return float(value[:9])
    until = _date(value)
    if until is None:
        return None
    seconds = (until - (_date(headers.get("date", "")) or now)).total_seconds()
    return max(seconds, 0.0)


def error_of_exception(
    error: httpx.HTTPError | httpx.InvalidURL, *, has_proxy: bool
) -> AttemptError:
    """What an error of the connection means.

    Args:
        error: what was raised
        has_proxy: every connection goes to a proxy that the user named
    """
    match error:
        case httpx.ProxyError():
            return AttemptError(problem=Problem.DOWNLOAD_PROXY)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return AttemptError(problem=Problem.DOWNLOAD_SERVER_FAILED, is_final=True)
        case httpx.ConnectError() if _is_certificate(error):
            return AttemptError(problem=Problem.DOWNLOAD_NOT_SECURE)
        case httpx.ConnectError() | httpx.ConnectTimeout() if has_proxy:
            return AttemptError(problem=Problem.DOWNLOAD_PROXY)
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return AttemptError(problem=Problem.DOWNLOAD_NO_CONNECTION)
        case _:
            return AttemptError(problem=Problem.DOWNLOAD_INTERRUPTED)


def _is_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
