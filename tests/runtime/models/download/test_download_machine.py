"""Whatever servers do, a download ends in a verified model or in a plain problem."""

import tempfile
from pathlib import Path

from helpers.fetching import Fetcher, content_of, download_item_for, path_of, remote
from helpers.lying_server import Lie, Reply, lying_server
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notifications.problem_messages import explain
from runtime.models.download.model_files import DownloadItem
from runtime.models.download.progress import Paused
from runtime.models.installed_model import InstalledModel
from runtime.problems import RuntimeFailure

MODEL = content_of(1, 3_000)
PROJECTOR = content_of(2, 700)
FILES = {path_of("model.gguf"): MODEL, path_of("mmproj.gguf"): PROJECTOR}

REPLIES = st.builds(
    Reply,
    lie=st.sampled_from(Lie),
    after_bytes=st.integers(0, len(MODEL)),
    headers=st.sampled_from(
        [
            {},
            {"Retry-After": "0"},
            {"Retry-After": "99999999999999999999"},
            {"Retry-After": "Wed, 21 Oct 2037 07:28:00 GMT"},
            {"Retry-After": "Wed, 21 Oct 1970 07:28:00 GMT", "Date": "nonsense"},
            {"Retry-After": "-1"},
            {"Retry-After": "soon"},
        ]
    ),
)


@settings(max_examples=200)
@given(
    first=st.lists(REPLIES, max_size=12),
    second=st.lists(REPLIES, max_size=4),
    lasting=st.sampled_from([Lie.NONE, Lie.NONE, Lie.BROKEN, Lie.WRONG_BYTES]),
    has_hash=st.booleans(),
    sessions=st.integers(1, 3),
)
def test_that_any_faults_end_in_a_verified_model_or_a_problem(
    first: list[Reply], second: list[Reply], lasting: Lie, has_hash: bool, sessions: int
) -> None:
    item = download_item_for(
        remote("model.gguf", MODEL, has_hash=has_hash), remote("mmproj.gguf", PROJECTOR)
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        lying_server(FILES) as server,
        lying_server(FILES) as mirror,
    ):
        server.lie(*first)
        server.always_lie(lasting)
        mirror.lie(*second)
        fetcher = Fetcher(folder=Path(folder), servers=[server, mirror], stall_s=0.1)
        for _session in range(sessions):
            ended = _ending_of(fetcher, item)
            if isinstance(ended, RuntimeFailure):
                assert explain(ended.problem, ended.detail).title
                assert fetcher.library.installed() == ()
                assert isinstance(fetcher.states[-1], Paused)
                continue
            assert fetcher.library.installed() == (ended,)
            content = ended.files.model.read_bytes()
            if has_hash:
                assert content == MODEL
            # Without one nobody can tell a lie that keeps size, etag and beginning.
            assert len(content) == len(MODEL)
            assert content.startswith(b"GGUF")
            assert ended.files.projector is not None
            assert ended.files.projector.read_bytes() == PROJECTOR


def _ending_of(fetcher: Fetcher, item: DownloadItem) -> InstalledModel | RuntimeFailure:
    try:
        installed = fetcher.run(item)
    except RuntimeFailure as failure:
        return failure
    assert installed is not None
    return installed
