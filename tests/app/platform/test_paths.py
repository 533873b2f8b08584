from pathlib import Path

from app.platform.paths import find_paths


def test_that_the_users_folder_goes_before_everything(tmp_path: Path) -> None:
    (tmp_path / "program" / "sideglance-data").mkdir(parents=True)
    paths = find_paths({"SIDEGLANCE_HOME": str(tmp_path / "home")}, tmp_path / "program")
    assert paths.settings == tmp_path / "home" / "settings.json"
    assert paths.chats == tmp_path / "home" / "chats"


def test_that_a_folder_beside_the_program_makes_it_portable(tmp_path: Path) -> None:
    (tmp_path / "sideglance-data").mkdir()
    paths = find_paths({}, tmp_path)
    everything = (paths.settings, paths.chats, paths.models, paths.cache, paths.logs)
    assert all(each.is_relative_to(tmp_path / "sideglance-data") for each in everything)


def test_that_the_system_is_asked_otherwise_and_nothing_lies_in_the_programs_folder(
    tmp_path: Path,
) -> None:
    paths = find_paths({}, tmp_path)
    everything = (paths.settings, paths.chats, paths.models, paths.cache, paths.logs)
    assert all(each.is_absolute() and "Sideglance" in str(each) for each in everything)
    assert not any(each.is_relative_to(tmp_path) for each in everything)


def test_that_looking_makes_no_folders(tmp_path: Path) -> None:
    find_paths({"SIDEGLANCE_HOME": str(tmp_path / "home")})
    assert list(tmp_path.iterdir()) == []
