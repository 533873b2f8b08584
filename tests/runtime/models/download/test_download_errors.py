import ssl
from datetime import UTC, datetime

import httpx
import pytest

from runtime.models.download.download_errors import (
    error_of_exception,
    error_of_status,
    retry_after_s,
)
from runtime.problems import Problem

NOW = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 30 "}, 30),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:29:00 GMT"}, 60),
        ({"retry-after": "Wed, 21 Oct 2026 07:20:00 GMT"}, 0),
        # A server whose clock is an hour ahead of ours.
        (
            {
                "retry-after": "Wed, 21 Oct 2026 08:29:00 GMT",
                "date": "Wed, 21 Oct 2026 08:28:30 GMT",
            },
            30,
        ),
        ({"retry-after": "Wed, 21 Oct 2026 07:29:00 GMT", "date": "x"}, 60),
    ],
)
def test_that_an_order_to_wait_is_understood(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after_s(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "is_final"), [(404, True), (403, True), (400, True), (304, True), (500, False)]
)
def test_that_only_what_may_pass_is_tried_again(status: int, is_final: bool) -> None:
    assert error_of_status(status, {}, NOW).is_final is is_final


def test_that_a_certificate_is_told_from_a_dead_line() -> None:
    error = httpx.ConnectError("no")
    assert error_of_exception(error, has_proxy=False).problem is Problem.DOWNLOAD_NO_CONNECTION
    assert error_of_exception(error, has_proxy=True).problem is Problem.DOWNLOAD_PROXY
    error.__cause__ = ssl.SSLCertVerificationError("expired")
    assert error_of_exception(error, has_proxy=True).problem is Problem.DOWNLOAD_NOT_SECURE
