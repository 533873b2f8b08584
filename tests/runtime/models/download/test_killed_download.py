"""A program that is killed while it downloads loses nothing, and keeps nothing damaged."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers.fetching import Fetcher, content_of, download_item_for, path_of, remote, sha256
from helpers.lying_server import Lie, LyingServer, Reply, lying_server
from helpers.project import ROOT

from runtime.problems import DownloadFailure, Problem

CHILD = ROOT / "tests" / "helpers" / "fetch_child.py"
MEGABYTE = 1 << 20


@contextmanager
def fetching_child(server: LyingServer, folder: Path, content: bytes) -> Iterator[None]:
    """A process that downloads, until it is killed at the end."""
    command = [sys.executable, str(CHILD), server.base, str(folder), str(len(content))]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    with subprocess.Popen([*command, sha256(content)], env=environment) as child:
        try:
            yield
        finally:
            child.kill()


def killed_download(server: LyingServer, folder: Path, content: bytes, after: int) -> int:
    """Download in a process that is killed after so many bytes; returns how many it kept."""
    enough = threading.Event()
    # It stalls there, so that all that was sent has arrived when the process is killed.
    server.lie(Reply(lie=Lie.STALL, after_bytes=after))
    fetcher = Fetcher(folder=folder, servers=[server])
    part = fetcher.library.folder / "Small 1B Q4_K_M" / "model.gguf.part"
    server.on_block = lambda sent: enough.set() if sent >= after else None
    with fetching_child(server, folder, content):
        enough.wait()
        while not part.exists() or part.stat().st_size < after - MEGABYTE:
            threading.Event().wait(0.005)
    return part.stat().st_size


def test_that_300_megabytes_resume_with_what_was_missing(tmp_path: Path) -> None:
    content = content_of(1, MEGABYTE) * 300
    with lying_server({path_of("model.gguf"): content}) as server:
        kept = killed_download(server, tmp_path, content, 200 * MEGABYTE)
        fetcher = Fetcher(folder=tmp_path, servers=[server], stall_s=10)
        before = server.sent_bytes
        installed = fetcher.run(download_item_for(remote("model.gguf", content)))
        assert server.sent_bytes - before == len(content) - kept
        assert server.requests[-1].range == f"bytes={kept}-"
    assert installed is not None
    assert fetcher.library.installed() == (installed,)


@pytest.mark.parametrize("after", [1, 5_000, 65_536 * 3])
def test_that_a_kill_at_any_time_leaves_no_model_that_is_not_whole(
    tmp_path: Path, after: int
) -> None:
    content = content_of(2, 65_536 * 4)
    with lying_server({path_of("model.gguf"): content}) as server:
        killed_download(server, tmp_path, content, after)
        fetcher = Fetcher(folder=tmp_path, servers=[server])
        assert fetcher.library.installed() == ()
        (left,) = fetcher.library.unfinished()
        assert left.done_bytes < left.total_bytes == len(content)
        installed = fetcher.run(download_item_for(remote("model.gguf", content)))
    assert installed is not None
    assert installed.files.model.read_bytes() == content


def test_that_another_program_that_downloads_the_same_keeps_us_out(tmp_path: Path) -> None:
    content = content_of(3, 65_536 * 4)
    begun = threading.Event()
    with lying_server({path_of("model.gguf"): content}) as server:
        server.on_block = lambda _sent: begun.set()
        server.lie(Reply(lie=Lie.STALL, after_bytes=100_000))
        with fetching_child(server, tmp_path, content):
            begun.wait()
            with pytest.raises(DownloadFailure) as caught:
                Fetcher(folder=tmp_path, servers=[server]).run(
                    download_item_for(remote("model.gguf", content))
                )
        assert caught.value.problem is Problem.DOWNLOAD_RUNNING
