import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings.settings import LoadedSettings, Settings, load_settings, migrate, save_settings
from runtime.problems import Problem, RuntimeFailure

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FULL = Settings(
    thinking=True, window_geometry="AAEC", last_chat=7, model="/m.gguf", projector="/p.gguf"
)


def test_that_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.json"
    save_settings(path, FULL)
    assert load_settings(path) == LoadedSettings(settings=FULL)
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_that_there_are_settings_without_a_file(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.json") == LoadedSettings(settings=Settings())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"7", b"[" * 100_000])
def test_that_a_broken_file_is_put_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    loaded = load_settings(path)
    assert loaded == LoadedSettings(settings=Settings(), unusable=("settings.json",))
    assert (tmp_path / "settings.json.damaged").read_bytes() == content


def test_that_one_broken_value_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 1, "thinking": 1, "last_chat": True, "model": "/m"}))
    loaded = load_settings(path)
    assert loaded.settings == Settings(model="/m")
    assert loaded.unusable == ("thinking", "last_chat")


def test_that_settings_of_a_newer_program_are_used_as_far_as_they_are_known(
    tmp_path: Path,
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 99, "model": "/m", "flying": True}))
    assert load_settings(path) == LoadedSettings(settings=Settings(model="/m"))


@given(st.dictionaries(st.sampled_from(["format", "thinking", "last_chat", "model", "x"]), JSON))
def test_that_no_content_is_fatal(content: dict[str, object]) -> None:
    migrate(content)


def test_that_settings_without_a_format_become_format_1() -> None:
    assert migrate({"model": "/m"}) == {"format": 1, "model": "/m"}


def test_that_a_folder_in_the_way_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    assert load_settings(tmp_path / "settings.json").settings == Settings()
    (tmp_path / "file").touch()
    with pytest.raises(RuntimeFailure) as caught:
        save_settings(tmp_path / "file" / "settings.json", replace(FULL))
    assert caught.value.problem is Problem.STORE_UNREADABLE


def test_that_nobody_else_may_read_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    save_settings(path, FULL)
    assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
