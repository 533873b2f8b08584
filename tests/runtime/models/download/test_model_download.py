import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.fetching import (
    EMPTY_DISK,
    Fetcher,
    content_of,
    download_item_for,
    path_of,
    remote,
    sha256,
)
from helpers.full_disk import longest_file
from helpers.lying_server import Lie, LyingServer, Reply, lying_server

from runtime.models.catalogue import RemoteFile
from runtime.models.download.model_download import ModelDownload
from runtime.models.download.partial_file import DiskSpace
from runtime.models.download.progress import Paused, Transferring, Verifying, Waiting
from runtime.models.download.retry_policy import RetryPolicy
from runtime.models.library.library import Library
from runtime.problems import DownloadFailure, FolderFailure, Problem, RuntimeFailure

MODEL = content_of(1, 200_000)
PROJECTOR = content_of(2, 70_000)
FILES = {path_of("model.gguf"): MODEL, path_of("mmproj.gguf"): PROJECTOR}
UNIT = download_item_for(remote("model.gguf", MODEL), remote("mmproj.gguf", PROJECTOR))
ALONE = download_item_for(remote("model.gguf", MODEL))
UNHASHED = download_item_for(remote("model.gguf", MODEL, has_hash=False))


@pytest.fixture
def server() -> Iterator[LyingServer]:
    with lying_server(FILES) as server:
        yield server


@pytest.fixture
def other() -> Iterator[LyingServer]:
    with lying_server(FILES) as server:
        yield server


@pytest.fixture
def fetcher(tmp_path: Path, server: LyingServer) -> Fetcher:
    return Fetcher(folder=tmp_path / "models", servers=[server])


def waits(fetcher: Fetcher) -> list[Problem]:
    return [state.problem for state in fetcher.states if isinstance(state, Waiting)]


def problem_of(fetcher: Fetcher, item: object = ALONE) -> Problem:
    with pytest.raises(RuntimeFailure) as caught:
        fetcher.run(item)  # type: ignore[arg-type]
    return caught.value.problem


def test_that_a_model_arrives_with_its_projector(fetcher: Fetcher) -> None:
    installed = fetcher.run(UNIT)
    assert installed is not None
    assert installed.files.model.read_bytes() == MODEL
    assert installed.files.projector is not None
    assert installed.files.projector.read_bytes() == PROJECTOR
    assert installed.size_bytes == len(MODEL) + len(PROJECTOR)
    assert fetcher.library.installed() == (installed,)
    assert fetcher.library.unfinished() == ()


def test_that_it_tells_how_it_goes(fetcher: Fetcher) -> None:
    fetcher.run(UNIT)
    kinds = {type(state) for state in fetcher.states}
    assert Transferring in kinds
    done = [state.done_bytes for state in fetcher.states if isinstance(state, Transferring)]
    assert done == sorted(done)
    assert all(state.total_bytes == UNIT.total_bytes for state in fetcher.states)


def test_that_what_is_installed_is_not_fetched_again(fetcher: Fetcher, server: LyingServer) -> None:
    first = fetcher.run(UNIT)
    before = len(server.requests)
    assert fetcher.run(UNIT) == first
    assert len(server.requests) == before


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(lie=Lie.TRUNCATED, after_bytes=70_000), Problem.DOWNLOAD_INTERRUPTED),
        (Reply(lie=Lie.CUT_WITHOUT_LENGTH, after_bytes=5), Problem.DOWNLOAD_INTERRUPTED),
        (Reply(lie=Lie.STALL, after_bytes=100_000), Problem.DOWNLOAD_INTERRUPTED),
        (Reply(lie=Lie.RESET, after_bytes=3), Problem.DOWNLOAD_INTERRUPTED),
        (Reply(lie=Lie.GIBBERISH), Problem.DOWNLOAD_INTERRUPTED),
        (Reply(lie=Lie.WEB_PAGE), Problem.DOWNLOAD_WEB_PAGE),
        (Reply(lie=Lie.WEB_PAGE_IN_DISGUISE), Problem.DOWNLOAD_WEB_PAGE),
        (Reply(lie=Lie.BUSY, headers={"Retry-After": "7"}), Problem.DOWNLOAD_SERVER_BUSY),
        (Reply(lie=Lie.BUSY_UNTIL), Problem.DOWNLOAD_SERVER_BUSY),
        (Reply(lie=Lie.BROKEN), Problem.DOWNLOAD_SERVER_FAILED),
        (Reply(lie=Lie.NOT_SATISFIABLE), Problem.DOWNLOAD_INTERRUPTED),
    ],
)
def test_that_a_passing_fault_is_told_and_outlived(
    fetcher: Fetcher, server: LyingServer, reply: Reply, said: Problem
) -> None:
    fetcher.retry_policy = RetryPolicy(
        first_delay_s=0.01, longest_delay_s=0.01, longest_order_s=0.01
    )
    server.lie(reply)
    installed = fetcher.run(ALONE)
    assert installed is not None
    assert installed.files.model.read_bytes() == MODEL
    assert waits(fetcher) == [said]


@pytest.mark.parametrize("lie", [Lie.WITHOUT_LENGTH, Lie.IGNORES_RANGE])
def test_that_an_unusual_reply_is_as_good(fetcher: Fetcher, server: LyingServer, lie: Lie) -> None:
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=50_000), lie)
    installed = fetcher.run(ALONE)
    assert installed is not None
    assert installed.files.model.read_bytes() == MODEL


@pytest.mark.parametrize(
    ("lie", "problem"),
    [
        (Lie.NOT_THERE, Problem.DOWNLOAD_NOT_THERE),
        (Lie.FORBIDDEN, Problem.DOWNLOAD_REFUSED),
        (Lie.REDIRECT_LOOP, Problem.DOWNLOAD_SERVER_FAILED),
        (Lie.REDIRECT_TO_FILE, Problem.DOWNLOAD_SERVER_FAILED),
        (Lie.WRONG_BYTES, Problem.MODEL_HASH_WRONG),
        (Lie.OTHER_FILE, Problem.MODEL_HASH_WRONG),
        (Lie.EMPTY, Problem.DOWNLOAD_CHANGED),
        (Lie.TOO_LONG, Problem.DOWNLOAD_CHANGED),
        (Lie.SQUEEZED, Problem.DOWNLOAD_SERVER_FAILED),
        (Lie.WEB_PAGE, Problem.DOWNLOAD_WEB_PAGE),
        (Lie.BROKEN, Problem.DOWNLOAD_SERVER_FAILED),
        (Lie.BUSY, Problem.DOWNLOAD_SERVER_BUSY),
        (Lie.GIBBERISH, Problem.DOWNLOAD_INTERRUPTED),
    ],
)
def test_that_a_lasting_fault_ends_in_a_problem_and_no_model(
    fetcher: Fetcher, server: LyingServer, lie: Lie, problem: Problem
) -> None:
    server.always_lie(lie)
    assert problem_of(fetcher) is problem
    assert fetcher.library.installed() == ()
    assert isinstance(fetcher.states[-1], Paused)
    assert fetcher.states[-1].problem is problem


@pytest.mark.parametrize("lie", [Lie.NOT_THERE, Lie.WRONG_BYTES, Lie.REDIRECT_LOOP, Lie.BROKEN])
def test_that_the_next_source_is_asked(
    fetcher: Fetcher, server: LyingServer, other: LyingServer, lie: Lie
) -> None:
    server.always_lie(lie)
    fetcher.servers = [server, other]
    installed = fetcher.run(UNIT)
    assert installed is not None
    assert installed.files.model.read_bytes() == MODEL


def test_that_the_next_source_sends_only_the_rest(
    fetcher: Fetcher, server: LyingServer, other: LyingServer
) -> None:
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=131_072))
    server.always_lie(Lie.BROKEN)
    fetcher.servers = [server, other]
    fetcher.run(ALONE)
    assert other.sent_bytes == len(MODEL) - 131_072


def test_that_without_a_hash_no_two_sources_are_mixed(
    fetcher: Fetcher, server: LyingServer, other: LyingServer
) -> None:
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=131_072), Lie.NOT_THERE)
    fetcher.servers = [server, other]
    installed = fetcher.run(UNHASHED)
    assert installed is not None
    assert other.sent_bytes == len(MODEL)


def test_that_a_file_that_changes_meanwhile_is_begun_anew_and_that_is_said(
    fetcher: Fetcher, server: LyingServer
) -> None:
    newer = content_of(3, len(MODEL))

    def change(_sent: int) -> None:
        server.files[path_of("model.gguf")] = newer

    server.on_block = change
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=100_000))
    installed = fetcher.run(UNHASHED)
    assert installed is not None
    assert installed.files.model.read_bytes() == newer
    assert Problem.DOWNLOAD_CHANGED in waits(fetcher)


def test_that_a_hash_that_the_server_tells_is_held_against_it(
    fetcher: Fetcher, server: LyingServer
) -> None:
    server.linked[path_of("model.gguf")] = sha256(PROJECTOR)
    assert problem_of(fetcher, UNHASHED) is Problem.MODEL_HASH_WRONG


def test_that_a_server_with_another_hash_is_not_even_read(
    fetcher: Fetcher, server: LyingServer
) -> None:
    server.linked[path_of("model.gguf")] = sha256(PROJECTOR)
    assert problem_of(fetcher) is Problem.DOWNLOAD_CHANGED
    assert not list(fetcher.folder.rglob("*.part"))


def test_that_a_redirect_is_followed_and_the_hash_told_on_it_believed(
    fetcher: Fetcher, server: LyingServer
) -> None:
    server.linked[path_of("model.gguf")] = sha256(MODEL)
    server.lie(Lie.REDIRECT, Reply(lie=Lie.TRUNCATED, after_bytes=65_536), Lie.REDIRECT)
    installed = fetcher.run(UNHASHED)
    assert installed is not None
    assert installed.files.model.read_bytes() == MODEL
    assert server.requests[-1].path == f"/bytes{path_of('model.gguf')}"
    assert server.requests[-1].range == "bytes=65536-"


@pytest.mark.parametrize("is_the_systems", [True, False])
def test_that_a_proxy_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_the_systems: bool
) -> None:
    base = "http://models.example"
    with lying_server({f"{base}{path_of('model.gguf')}": MODEL}) as proxy:
        fetcher = Fetcher(folder=tmp_path / "models", endpoint=base)
        if is_the_systems:
            monkeypatch.setenv("HTTP_PROXY", proxy.base)
        else:
            fetcher.proxy = proxy.base
        assert fetcher.run(ALONE) is not None


def test_that_a_rounded_size_is_made_exact_by_the_server(fetcher: Fetcher) -> None:
    rounded = RemoteFile(
        name="model.gguf", size_bytes=201_000, sha256=sha256(MODEL), size_is_exact=False
    )
    installed = fetcher.run(download_item_for(rounded))
    assert installed is not None
    assert installed.size_bytes == len(MODEL)


def test_that_a_size_far_from_the_rounded_one_is_another_file(fetcher: Fetcher) -> None:
    rounded = RemoteFile(name="model.gguf", size_bytes=400_000, size_is_exact=False)
    assert problem_of(fetcher, download_item_for(rounded)) is Problem.DOWNLOAD_CHANGED


def test_that_a_pause_keeps_what_came_and_goes_on_from_there(
    fetcher: Fetcher, server: LyingServer
) -> None:
    download = fetcher.make(ALONE)

    def pause(sent: int) -> None:
        if sent >= 65_536:
            download.pause()

    server.on_block = pause
    server.lie(Reply(lie=Lie.STALL, after_bytes=131_072))
    assert download.run(fetcher.states.append) is None
    kept = fetcher.library.unfinished()[0]
    assert 0 < kept.done_bytes < len(MODEL)
    assert fetcher.states[-1] == Paused(done_bytes=kept.done_bytes, total_bytes=len(MODEL))

    server.on_block = lambda _sent: None
    before = server.sent_bytes
    assert fetcher.run(ALONE) is not None
    assert server.sent_bytes - before == len(MODEL) - kept.done_bytes


def test_that_a_cancelled_download_leaves_nothing(fetcher: Fetcher, server: LyingServer) -> None:
    download = fetcher.make(ALONE)
    server.on_block = lambda _sent: download.cancel()
    server.lie(Reply(lie=Lie.STALL, after_bytes=131_072))
    assert download.run(fetcher.states.append) is None
    assert list(fetcher.library.folders()) == []


def test_that_a_download_that_stands_still_can_be_cancelled(
    fetcher: Fetcher, server: LyingServer
) -> None:
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=100_000))
    server.always_lie(Lie.NOT_THERE)
    problem_of(fetcher)
    assert fetcher.library.unfinished()
    before = len(server.requests)
    download = fetcher.make(ALONE)
    download.cancel()
    assert download.run(fetcher.states.append) is None
    assert list(fetcher.library.folders()) == []
    assert len(server.requests) == before


def test_that_cancelling_deletes_no_installed_model(fetcher: Fetcher) -> None:
    installed = fetcher.run(ALONE)
    download = fetcher.make(ALONE)
    download.cancel()
    download.run(fetcher.states.append)
    assert fetcher.library.installed() == (installed,)


@pytest.mark.parametrize("note", [None, b"{}", b"not json", b"\xff" * 10])
def test_that_a_part_is_not_trusted_without_its_note(
    fetcher: Fetcher, server: LyingServer, note: bytes | None
) -> None:
    folder = fetcher.library.folder_for(ALONE.name, ALONE.quantisation)
    folder.mkdir(parents=True)
    (folder / "model.gguf.part").write_bytes(MODEL[:1000])
    if note is not None:
        (folder / "download.json").write_bytes(note)
    assert fetcher.run(ALONE) is not None
    assert server.requests[0].range is None


def test_that_a_part_of_another_revision_is_begun_anew(
    fetcher: Fetcher, server: LyingServer
) -> None:
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=100_000))
    server.always_lie(Lie.NOT_THERE)
    problem_of(fetcher)
    newer = content_of(5, len(MODEL))
    server.files[path_of("model.gguf")] = newer
    server.always_lie(Lie.NONE)
    before = server.sent_bytes
    assert fetcher.run(download_item_for(remote("model.gguf", newer))) is not None
    assert server.sent_bytes - before == len(newer)


def test_that_bytes_damaged_on_the_disk_are_fetched_again(
    fetcher: Fetcher, server: LyingServer
) -> None:
    server.lie(Reply(lie=Lie.TRUNCATED, after_bytes=100_000))
    server.always_lie(Lie.NOT_THERE)
    problem_of(fetcher)
    (part,) = fetcher.folder.rglob("*.part")
    part.write_bytes(bytes(part.stat().st_size))
    server.always_lie(Lie.NONE)
    installed = fetcher.run(ALONE)
    assert installed is not None
    assert installed.files.model.read_bytes() == MODEL


def test_that_a_damaged_installed_model_is_mended(fetcher: Fetcher) -> None:
    installed = fetcher.run(UNIT)
    assert installed is not None
    installed.files.model.write_bytes(b"GGUF")
    assert fetcher.library.installed() == ()
    assert fetcher.run(UNIT) is not None
    assert installed.files.model.read_bytes() == MODEL


def test_that_a_projector_is_not_fetched_twice(
    fetcher: Fetcher, server: LyingServer, tmp_path: Path
) -> None:
    fetcher.run(UNIT)
    before = server.sent_bytes
    larger = download_item_for(remote("model.gguf", MODEL), remote("mmproj.gguf", PROJECTOR))
    other = type(larger)(
        name=larger.name,
        quantisation="Q8_0",
        repository=larger.repository,
        revision=larger.revision,
        model=RemoteFile(name="model.gguf", size_bytes=len(MODEL)),
        projector=larger.projector,
    )
    assert fetcher.run(other) is not None
    assert server.sent_bytes - before == len(MODEL)


def test_that_a_disk_with_too_little_space_is_not_begun_on(
    fetcher: Fetcher, server: LyingServer
) -> None:
    fetcher.disk_space = DiskSpace(floor_bytes=1000, free=lambda _folder: len(MODEL) + 999)
    with pytest.raises(DownloadFailure) as caught:
        fetcher.run(ALONE)
    assert caught.value.problem is Problem.DISK_FULL
    assert caught.value.detail == f"{len(MODEL) + 1000}/{len(MODEL) + 999}"
    assert server.requests == []


def test_that_it_stands_still_at_the_floor_of_the_disk(tmp_path: Path) -> None:
    content = content_of(4, 12 << 20)
    free = [1 << 40, 999]
    with lying_server({path_of("model.gguf"): content}) as server:
        fetcher = Fetcher(
            folder=tmp_path / "models",
            servers=[server],
            disk_space=DiskSpace(floor_bytes=1000, free=lambda _folder: free.pop(0)),
        )
        item = download_item_for(remote("model.gguf", content))
        assert problem_of(fetcher, item) is Problem.DISK_FULL
        state = fetcher.states[-1]
        assert isinstance(state, Paused)
        assert state.problem is Problem.DISK_FULL
        assert 8 << 20 <= state.done_bytes < 9 << 20
        fetcher.disk_space = EMPTY_DISK
        before = server.sent_bytes
        assert fetcher.run(item) is not None
        assert server.sent_bytes - before == len(content) - state.done_bytes


def test_that_a_file_too_large_for_its_drive_is_told(fetcher: Fetcher) -> None:
    with longest_file(100_000):
        assert problem_of(fetcher) is Problem.MODELS_DRIVE_LIMIT
    assert fetcher.run(ALONE) is not None


def test_that_of_two_downloads_at_once_the_second_is_told_so(
    fetcher: Fetcher, server: LyingServer
) -> None:
    first = fetcher.make(ALONE)
    has_begun = threading.Event()
    server.on_block = lambda _sent: has_begun.set()
    server.lie(Reply(lie=Lie.STALL, after_bytes=65_536))
    fetcher.stall_s = 5.0
    first = fetcher.make(ALONE)
    thread = threading.Thread(target=first.run, args=(lambda _state: None,))
    thread.start()
    has_begun.wait()
    try:
        with pytest.raises(DownloadFailure) as caught:
            fetcher.run(ALONE)
        assert caught.value.problem is Problem.DOWNLOAD_RUNNING
    finally:
        first.pause()
        server.ending.set()
        thread.join()


def test_that_names_of_any_script_are_fetched(tmp_path: Path) -> None:
    name = "модель ü 模型 #1?.gguf"
    quoted = "%D0%BC%D0%BE%D0%B4%D0%B5%D0%BB%D1%8C%20%C3%BC%20%E6%A8%A1%E5%9E%8B%20%231%3F.gguf"
    with lying_server({path_of(quoted): MODEL}) as server:
        fetcher = Fetcher(folder=tmp_path / "Modèle 模型", servers=[server])
        installed = fetcher.run(download_item_for(remote(name, MODEL)))
    assert installed is not None
    assert installed.files.model.name == "модель ü 模型 #1_.gguf"
    assert fetcher.library.installed() == (installed,)


def test_that_a_chosen_folder_on_a_removed_drive_is_not_made_anew(
    tmp_path: Path, fetcher: Fetcher
) -> None:
    gone = tmp_path / "drive" / "models"
    download = ModelDownload(
        ALONE,
        library=Library(gone, is_chosen=True),
        network=fetcher.make(ALONE)._network,
        sources=(),
    )
    with pytest.raises(FolderFailure) as caught:
        download.run(fetcher.states.append)
    assert caught.value.problem is Problem.MODELS_FOLDER_GONE
    assert not gone.exists()


def test_that_nothing_is_asked_while_offline(fetcher: Fetcher, server: LyingServer) -> None:
    fetcher.is_offline = lambda: True
    assert problem_of(fetcher) is Problem.OFFLINE
    assert server.requests == []


def test_that_going_offline_ends_a_download_that_runs(
    fetcher: Fetcher, server: LyingServer
) -> None:
    fetcher.is_offline = lambda: server.sent_bytes > 0
    assert problem_of(fetcher) is Problem.OFFLINE
    assert fetcher.library.installed() == ()


def test_that_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    fetcher = Fetcher(folder=tmp_path / "models", endpoint="http://127.0.0.1:9")
    assert problem_of(fetcher) is Problem.DOWNLOAD_NO_CONNECTION


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_that_a_proxy_that_is_not_there_is_told(fetcher: Fetcher, proxy: str) -> None:
    fetcher.proxy = proxy
    assert problem_of(fetcher) is Problem.DOWNLOAD_PROXY


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://a", "http://[", "socks9://127.0.0.1:1"])
def test_that_a_proxy_that_is_no_address_is_told(fetcher: Fetcher, proxy: str) -> None:
    fetcher.proxy = proxy
    assert problem_of(fetcher) is Problem.DOWNLOAD_PROXY


def test_that_verifying_can_be_interrupted(fetcher: Fetcher) -> None:
    download = fetcher.make(ALONE)

    def report(state: object) -> None:
        if isinstance(state, Verifying):
            download.pause()

    result = download.run(report)
    # The first report of a verification can be held back with the last of the transfer.
    assert result is None or result.files.model.read_bytes() == MODEL
