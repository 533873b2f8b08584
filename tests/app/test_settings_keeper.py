from pathlib import Path

from pytestqt.qtbot import QtBot

from app.background import Background
from app.settings import Settings, load_settings
from app.settings_keeper import SettingsKeeper
from runtime.problems import Problem, RuntimeFailure


def test_that_a_change_is_on_disk_when_the_pool_has_closed(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    path = tmp_path / "settings.json"
    keeper = SettingsKeeper(path, Settings(), background.store, lambda _: None)
    keeper.set(Settings(last_chat=3))
    background.close()
    assert keeper.settings == load_settings(path).settings == Settings(last_chat=3)


def test_that_no_change_is_not_written(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    keeper = SettingsKeeper(tmp_path / "a", Settings(), background.store, lambda _: None)
    keeper.set(Settings())
    background.close()
    assert list(tmp_path.iterdir()) == []


def test_that_settings_that_cannot_be_saved_are_told(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    (tmp_path / "file").touch()
    failures: list[RuntimeFailure] = []
    path = tmp_path / "file" / "settings.json"
    keeper = SettingsKeeper(path, Settings(), background.store, failures.append)
    keeper.set(Settings(last_chat=3))
    qtbot.waitUntil(lambda: len(failures) == 1)
    assert failures[0].problem is Problem.STORE_UNREADABLE
    background.close()
