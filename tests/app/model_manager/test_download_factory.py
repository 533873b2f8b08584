"""Downloads by the settings; what a download itself does is tested where it lives."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.chat_session import FakeChatView
from helpers.fake_planner import FakePlanner
from helpers.project import ROOT
from pytestqt.qtbot import QtBot

from app.model_manager.download_factory import DownloadFactory
from app.model_manager.inventory import ModelInventory
from app.model_manager.measurement_recorder import MeasurementRecorder
from app.model_manager.runtime_planner import RuntimePlanner
from app.notifications.notification_center import NotificationCenter
from app.platform.task_pool import TaskPool
from app.settings.settings import Settings
from app.settings.settings_store import SettingsStore
from runtime.models.catalogue import CatalogueModel
from runtime.problems import Problem, RuntimeFailure

KEY = ("Qwen3.5 0.8B", "Q4_K_M")


class RealCatalogue(FakePlanner):
    def catalogue(self) -> tuple[CatalogueModel, ...]:
        return RuntimePlanner().catalogue()


def make_fetching(
    qtbot: QtBot, folder: Path, settings: Settings
) -> tuple[DownloadFactory, TaskPool]:
    task_pool = TaskPool()
    notification_center = NotificationCenter(FakeChatView())
    settings_store = SettingsStore(
        folder / "s.json", settings, task_pool.store, notification_center.show_failure
    )
    inventory = ModelInventory(
        tasks=task_pool.models,
        planner=RealCatalogue(),
        recorder=MeasurementRecorder(folder / "learnt.json", task_pool.models),
        settings=settings_store,
        default_folder=folder / "models",
        has_own=False,
        notification_center=notification_center,
    )
    done: list[None] = []
    inventory.read(lambda: done.append(None))
    qtbot.waitUntil(lambda: bool(done))
    return DownloadFactory(inventory, settings_store), task_pool


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (Settings(offline=True), Problem.OFFLINE),
        (Settings(endpoint="nonsense"), Problem.DOWNLOAD_ENDPOINT),
    ],
)
def test_that_the_settings_are_followed(
    qtbot: QtBot, tmp_path: Path, settings: Settings, problem: Problem
) -> None:
    fetching, task_pool = make_fetching(qtbot, tmp_path, settings)
    with pytest.raises(RuntimeFailure) as caught:
        fetching.make(KEY).run(lambda _state: None)
    assert caught.value.problem is problem
    task_pool.close()


def test_that_a_model_that_nobody_knows_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    fetching, task_pool = make_fetching(qtbot, tmp_path, Settings())
    with pytest.raises(RuntimeFailure) as caught:
        fetching.make(("Qwen3.5 99B", "Q4_K_M")).run(lambda _state: None)
    assert caught.value.problem is Problem.MODEL_NAME_UNKNOWN
    task_pool.close()


@pytest.mark.parametrize("request_name", ["pause", "cancel"])
def test_that_what_is_wished_before_it_began_is_not_lost(
    qtbot: QtBot, tmp_path: Path, request_name: str
) -> None:
    # Offline, so that a request that was lost would be another end than this.
    fetching, task_pool = make_fetching(qtbot, tmp_path, Settings(offline=True))
    transfer = fetching.make(KEY)
    getattr(transfer, request_name)()
    assert transfer.run(lambda _state: None) is None
    task_pool.close()


def test_that_the_window_begins_without_what_only_downloads_need() -> None:
    heavy = ("httpx", "certifi")
    program = f"import sys, app.application.main\nprint([n for n in {heavy!r} if n in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == "[]"
