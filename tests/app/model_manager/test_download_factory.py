"""Downloads by the settings; what a download itself does is tested where it lives."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.advice import FakeAdvice
from helpers.project import ROOT
from helpers.rooms import FakeFront
from pytestqt.qtbot import QtBot

from app.model_manager.download_factory import Fetching
from app.model_manager.inventory import Knowledge
from app.model_manager.measurement_recorder import Learning
from app.model_manager.runtime_planner import Counsel
from app.notifications.notification_center import NoticeDesk
from app.platform.task_pool import Background
from app.settings.settings import Settings
from app.settings.settings_store import SettingsKeeper
from runtime.models.catalogue import CatalogueModel
from runtime.problems import Problem, RuntimeFailure

KEY = ("Qwen3.5 0.8B", "Q4_K_M")


class RealCatalogue(FakeAdvice):
    def catalogue(self) -> tuple[CatalogueModel, ...]:
        return Counsel().catalogue()


def make_fetching(qtbot: QtBot, folder: Path, settings: Settings) -> tuple[Fetching, Background]:
    background = Background()
    desk = NoticeDesk(FakeFront())
    keeper = SettingsKeeper(folder / "s.json", settings, background.store, desk.show_failure)
    knowledge = Knowledge(
        lane=background.models,
        advice=RealCatalogue(),
        learning=Learning(folder / "learnt.json", background.models),
        settings=keeper,
        default_folder=folder / "models",
        has_own=False,
        desk=desk,
    )
    done: list[None] = []
    knowledge.read(lambda: done.append(None))
    qtbot.waitUntil(lambda: bool(done))
    return Fetching(knowledge, keeper), background


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
    fetching, background = make_fetching(qtbot, tmp_path, settings)
    with pytest.raises(RuntimeFailure) as caught:
        fetching.make(KEY).run(lambda _state: None)
    assert caught.value.problem is problem
    background.close()


def test_that_a_model_that_nobody_knows_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    fetching, background = make_fetching(qtbot, tmp_path, Settings())
    with pytest.raises(RuntimeFailure) as caught:
        fetching.make(("Qwen3.5 99B", "Q4_K_M")).run(lambda _state: None)
    assert caught.value.problem is Problem.MODEL_NAME_UNKNOWN
    background.close()


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_that_what_is_wished_before_it_began_is_not_lost(
    qtbot: QtBot, tmp_path: Path, wish: str
) -> None:
    # Offline, so that a wish that was lost would be another end than this.
    fetching, background = make_fetching(qtbot, tmp_path, Settings(offline=True))
    transfer = fetching.make(KEY)
    getattr(transfer, wish)()
    assert transfer.run(lambda _state: None) is None
    background.close()


def test_that_the_window_begins_without_what_only_downloads_need() -> None:
    heavy = ("httpx", "certifi")
    program = f"import sys, app.application.main\nprint([n for n in {heavy!r} if n in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == "[]"
