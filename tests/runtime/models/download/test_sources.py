import pytest
from helpers.fetching import download_item_for, remote

from runtime.models.download.download_errors import AttemptFailed
from runtime.models.download.network import _next_url
from runtime.models.download.sources import sources_for
from runtime.problems import DownloadFailure, Problem

UNIT = download_item_for(remote("Small Q4.gguf", b"GGUF"))


def urls(endpoint: str) -> list[str]:
    return [source.url(UNIT, UNIT.model) for source in sources_for(endpoint)]


def test_that_without_a_choice_hugging_face_comes_before_modelscope() -> None:
    assert urls("") == [
        "https://huggingface.co/someone/Small-GGUF/resolve/"
        "0123456789abcdef0123456789abcdef01234567/Small%20Q4.gguf",
        "https://www.modelscope.cn/models/someone/Small-GGUF/resolve/master/Small%20Q4.gguf",
    ]


def test_that_whoever_names_an_endpoint_is_sent_nowhere_else() -> None:
    assert [source.base for source in sources_for("https://hf-mirror.com/")] == [
        "https://hf-mirror.com"
    ]


def test_that_several_endpoints_are_tried_in_turn() -> None:
    sources = sources_for("https://a.example/hub http://b.example:8080")
    assert [source.host for source in sources] == ["a.example", "b.example"]


def test_that_modelscope_is_known_by_its_name() -> None:
    (source,) = sources_for("https://modelscope.cn")
    assert not source.pins_revisions


@pytest.mark.parametrize(
    "endpoint", ["nonsense", "ftp://a", "https://", "http://[", "http://a:99999", "https://a?b=c"]
)
def test_that_what_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(DownloadFailure) as caught:
        sources_for(endpoint)
    assert caught.value.problem is Problem.DOWNLOAD_ENDPOINT


def test_that_a_redirect_goes_to_https_or_stays_as_it_was() -> None:
    assert _next_url("https://a/b", "/c") == "https://a/c"
    assert _next_url("http://a/b", "https://c/d") == "https://c/d"
    assert _next_url("http://a/b", "http://c/d") == "http://c/d"


@pytest.mark.parametrize(
    "location", ["", "http://c/d", "file:///etc/passwd", "ftp://a", "https://["]
)
def test_that_no_redirect_leads_to_less_security(location: str) -> None:
    with pytest.raises(AttemptFailed):
        _next_url("https://a/b", location)
