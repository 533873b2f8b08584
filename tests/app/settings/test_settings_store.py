from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.platform.task_pool import TaskPool
from app.settings.settings import Settings, load_settings
from app.settings.settings_store import SettingsStore
from runtime.problems import Problem, RuntimeFailure


def test_that_a_change_is_on_disk_when_the_pool_has_closed(tmp_path: Path, qtbot: QtBot) -> None:
    task_pool = TaskPool()
    path = tmp_path / "settings.json"
    settings_store = SettingsStore(path, Settings(), task_pool.store, lambda _: None)
    settings_store.set(Settings(last_chat=3))
    task_pool.close()
    assert settings_store.settings == load_settings(path).settings == Settings(last_chat=3)


def test_that_no_change_is_not_written(tmp_path: Path, qtbot: QtBot) -> None:
    task_pool = TaskPool()
    settings_store = SettingsStore(tmp_path / "a", Settings(), task_pool.store, lambda _: None)
    settings_store.set(Settings())
    task_pool.close()
    assert list(tmp_path.iterdir()) == []


def test_that_settings_that_cannot_be_saved_are_told(tmp_path: Path, qtbot: QtBot) -> None:
    task_pool = TaskPool()
    (tmp_path / "file").touch()
    failures: list[RuntimeFailure] = []
    path = tmp_path / "file" / "settings.json"
    settings_store = SettingsStore(path, Settings(), task_pool.store, failures.append)
    settings_store.set(Settings(last_chat=3))
    qtbot.waitUntil(lambda: len(failures) == 1)
    assert failures[0].problem is Problem.STORE_UNREADABLE
    task_pool.close()


def test_that_what_is_changed_for_good_is_on_disk_at_once(tmp_path: Path, qtbot: QtBot) -> None:
    task_pool = TaskPool()
    path = tmp_path / "settings.json"
    settings_store = SettingsStore(path, Settings(), task_pool.store, lambda _: None)
    settings_store.change(last_chat=3)
    settings_store.change_for_good(models_folder="/stick")
    assert load_settings(path).settings == Settings(last_chat=3, models_folder="/stick")
    settings_store.change(last_chat=4)
    task_pool.close()
    assert load_settings(path).settings == Settings(last_chat=4, models_folder="/stick")


def test_that_a_change_for_good_that_fails_changes_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    task_pool = TaskPool()
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "settings.json"
    settings_store = SettingsStore(path, Settings(), task_pool.store, lambda _: None)
    with pytest.raises(RuntimeFailure):
        settings_store.change_for_good(models_folder="/stick")
    assert settings_store.settings == Settings()
    task_pool.close()


def test_that_editing_keeps_what_the_program_remembers(tmp_path: Path, qtbot: QtBot) -> None:
    task_pool = TaskPool()
    before = Settings(last_chat=3, model="/a.gguf", models_folder="/stick", thinking=True)
    settings_store = SettingsStore(tmp_path / "s", before, task_pool.store, lambda _: None)
    settings_store.take_edited(Settings(offline=True, idle_unload_minutes=3))
    task_pool.close()
    assert settings_store.settings == replace(before, offline=True, idle_unload_minutes=3)
