import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.chat_session import FakeChatView
from pytestqt.qtbot import QtBot

from app.model_manager.downloads import Arrived, Downloads, Report
from app.model_manager.model_options import ModelKey
from app.notifications.notification_center import NotificationCenter
from app.platform.task_pool import TaskPool
from runtime.models.download.progress import Paused, Transferring
from runtime.models.installed_model import InstalledModel
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import ModelFiles

KEY: ModelKey = ("Qwen3.5 2B", "Q4_K_M")
INSTALLED = InstalledModel(
    name="Qwen3.5 2B",
    quantisation="Q4_K_M",
    files=ModelFiles(model=Path("a.gguf")),
    size_bytes=100,
)


class FakeTransfer:
    """A download that ends when a test says how."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self.end: InstalledModel | RuntimeFailure | None = None
        self.is_cancelled = False
        self._ended = threading.Event()
        self.begun = threading.Event()

    def run(self, report: Report) -> InstalledModel | None:
        self.report = report
        self.begun.set()
        self._ended.wait()
        if isinstance(self.end, RuntimeFailure):
            raise self.end
        return self.end

    def finish(self, end: InstalledModel | RuntimeFailure) -> None:
        self.end = end
        self._ended.set()

    def pause(self) -> None:
        self._ended.set()

    def cancel(self) -> None:
        self.is_cancelled = True
        self._ended.set()


class DownloadFactory:
    """Downloads with everything around them."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.transfers: list[FakeTransfer] = []
        self.arrived: list[Arrived] = []
        self.view = FakeChatView()
        self.notification_center = NotificationCenter(self.view)
        self.task_pool = TaskPool()
        self.downloads = Downloads(
            tasks=self.task_pool.transfers,
            make_transfer=self._make,
            notification_center=self.notification_center,
        )
        self.downloads.arrived.connect(self.arrived.append)

    def _make(self, key: ModelKey) -> FakeTransfer:
        self.transfers.append(FakeTransfer())
        return self.transfers[-1]

    def begin(self, *, uses: bool = False) -> FakeTransfer:
        self.downloads.begin(KEY, total_bytes=100, uses=uses)
        self.transfers[-1].begun.wait()
        return self.transfers[-1]

    def say(self, done_bytes: int) -> None:
        report = self.transfers[-1].report
        assert report is not None
        report(Transferring(done_bytes=done_bytes, total_bytes=100, bytes_per_s=5.0))
        self.qtbot.waitUntil(lambda: self.downloads.states[KEY].done_bytes == done_bytes)

    def wait_for(self, state: object) -> None:
        self.qtbot.waitUntil(lambda: self.downloads.states.get(KEY) == state)


@pytest.fixture
def fetching(qtbot: QtBot) -> Iterator[DownloadFactory]:
    fetching = DownloadFactory(qtbot)
    yield fetching
    fetching.downloads.end()
    fetching.task_pool.close()


def test_that_a_download_says_how_far_it_is_and_arrives(fetching: DownloadFactory) -> None:
    transfer = fetching.begin(uses=True)
    fetching.say(40)
    transfer.finish(INSTALLED)
    fetching.qtbot.waitUntil(lambda: bool(fetching.arrived))
    assert fetching.arrived == [Arrived(key=KEY, installed=INSTALLED, uses=True)]
    assert fetching.downloads.states == {}


def test_that_a_paused_download_keeps_its_place_and_goes_on(fetching: DownloadFactory) -> None:
    fetching.begin()
    fetching.say(40)
    fetching.downloads.pause(KEY)
    fetching.wait_for(Paused(done_bytes=40, total_bytes=100))
    fetching.begin()
    assert len(fetching.transfers) == 2
    assert fetching.downloads.states[KEY] == Transferring(done_bytes=40, total_bytes=100)


def test_that_asking_twice_downloads_once(fetching: DownloadFactory) -> None:
    transfer = fetching.begin()
    fetching.downloads.begin(KEY, total_bytes=100, uses=True)
    assert len(fetching.transfers) == 1
    transfer.finish(INSTALLED)
    fetching.qtbot.waitUntil(lambda: bool(fetching.arrived))
    assert fetching.arrived[0].uses


def test_that_a_cancelled_download_is_gone(fetching: DownloadFactory) -> None:
    transfer = fetching.begin()
    fetching.downloads.cancel(KEY)
    fetching.wait_for(None)
    assert transfer.is_cancelled
    assert fetching.arrived == []


def test_that_what_stands_still_can_be_cancelled(fetching: DownloadFactory) -> None:
    fetching.downloads.restore({KEY: Paused(done_bytes=40, total_bytes=100)})
    fetching.downloads.cancel(KEY)
    fetching.wait_for(None)
    assert fetching.transfers[-1].is_cancelled


def test_that_a_failed_download_says_why_and_can_be_tried_again(fetching: DownloadFactory) -> None:
    transfer = fetching.begin()
    fetching.say(40)
    transfer.finish(RuntimeFailure(Problem.UNEXPECTED, "x"))
    fetching.wait_for(
        Paused(done_bytes=40, total_bytes=100, problem=Problem.UNEXPECTED, detail="x")
    )
    (notification,) = fetching.view.notifications
    fetching.notification_center.act_on(notification)
    assert len(fetching.transfers) == 2


def test_that_an_earlier_starts_download_is_shown_and_goes_on_when_asked(
    fetching: DownloadFactory,
) -> None:
    fetching.downloads.restore({KEY: Paused(done_bytes=40, total_bytes=100)})
    assert fetching.downloads.states[KEY] == Paused(done_bytes=40, total_bytes=100)
    assert fetching.transfers == []
    fetching.begin()
    assert fetching.downloads.states[KEY].done_bytes == 40


def test_that_the_end_of_the_program_lets_downloads_stand_still(qtbot: QtBot) -> None:
    fetching = DownloadFactory(qtbot)
    fetching.begin()
    fetching.downloads.end()
    fetching.task_pool.close()
    assert fetching.arrived == []
