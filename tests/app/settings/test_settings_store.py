from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.platform.task_pool import Background
from app.settings.settings import Settings, load_settings
from app.settings.settings_store import SettingsKeeper
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


def test_that_what_is_changed_for_good_is_on_disk_at_once(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    path = tmp_path / "settings.json"
    keeper = SettingsKeeper(path, Settings(), background.store, lambda _: None)
    keeper.change(last_chat=3)
    keeper.change_for_good(models_folder="/stick")
    assert load_settings(path).settings == Settings(last_chat=3, models_folder="/stick")
    keeper.change(last_chat=4)
    background.close()
    assert load_settings(path).settings == Settings(last_chat=4, models_folder="/stick")


def test_that_a_change_for_good_that_fails_changes_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "settings.json"
    keeper = SettingsKeeper(path, Settings(), background.store, lambda _: None)
    with pytest.raises(RuntimeFailure):
        keeper.change_for_good(models_folder="/stick")
    assert keeper.settings == Settings()
    background.close()


def test_that_editing_keeps_what_the_program_remembers(tmp_path: Path, qtbot: QtBot) -> None:
    background = Background()
    before = Settings(last_chat=3, model="/a.gguf", models_folder="/stick", thinking=True)
    keeper = SettingsKeeper(tmp_path / "s", before, background.store, lambda _: None)
    keeper.take_edited(Settings(offline=True, idle_unload_minutes=3))
    background.close()
    assert keeper.settings == replace(before, offline=True, idle_unload_minutes=3)
