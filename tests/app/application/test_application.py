"""The real window, tied to the real controller, with a scripted engine."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from helpers.chat_session import Reader
from helpers.destroying import destroy
from helpers.fake_engine import FakeEngineClient
from helpers.project import PICTURES
from helpers.running_program import RunningProgram
from helpers.shown_window import find
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.application.application import Application, WindowArguments
from app.chat.chat_list import ChatRenaming
from app.chat.transcript import TurnVersion
from app.chat.turns import TurnState
from app.engine import engine_cache
from app.engine.engine_cache import Cleared
from app.platform.paths import find_paths
from app.settings.settings import Settings, load_settings, save_settings
from app.ui.controls.notification_bar import NotificationBar
from app.ui.settings.settings_dialog import SettingsDialog
from runtime.models.installed_model import demo_model_files
from runtime.requests import ModelFiles

pytestmark = pytest.mark.usefixtures("unmeasured")


Start = Callable[..., RunningProgram]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    started: list[RunningProgram] = []

    def start(arguments: WindowArguments | None = None) -> RunningProgram:
        started.append(RunningProgram(qtbot, arguments))
        return started[-1]

    yield start
    for running in started:
        running.close()


@pytest.fixture
def running(start: Start) -> RunningProgram:
    return start()


def test_that_the_demonstration_is_loaded_when_nothing_else_is_said(
    running: RunningProgram,
) -> None:
    assert running.engine.loads()[0].files == demo_model_files()


def test_that_the_model_in_the_settings_goes_before_the_demonstration(
    start: Start, tmp_path: Path
) -> None:
    model, projector = tmp_path / "mine.gguf", tmp_path / "eyes.gguf"
    model.touch()
    settings = Settings(model=str(model), projector=str(projector))
    save_settings(find_paths().settings, settings)
    running = start()
    assert running.engine.loads()[0].files == ModelFiles(model=model, projector=projector)


def test_that_a_model_that_is_gone_is_told_and_the_demonstration_steps_in(
    start: Start, tmp_path: Path
) -> None:
    save_settings(find_paths().settings, Settings(model=str(tmp_path / "gone.gguf")))
    running = start()
    assert running.engine.loads()[0].files == demo_model_files()
    titles = [
        notification.title for notification in find(running.window, NotificationBar).notifications()
    ]
    assert titles == ["“gone.gguf” is not there any more."]


def test_that_the_model_on_the_command_line_goes_before_everything(start: Start) -> None:
    save_settings(find_paths().settings, Settings(model="/models/mine.gguf"))
    files = ModelFiles(model=Path("/models/other.gguf"))
    running = start(WindowArguments(files=files))
    assert running.engine.loads()[0].files == files


def test_that_every_action_of_the_window_is_carried_out(running: RunningProgram) -> None:
    window, program = running.window, running.program
    running.ask("first?", "one")
    answer = program.transcript.turns()[-1]
    window.chat_actions.regenerate_requested.emit(answer.turn_id)
    running.qtbot.waitUntil(lambda: len(running.engine.answers()) == 2)
    running.engine.write("two")
    window.chat_actions.stop_requested.emit()
    running.qtbot.waitUntil(lambda: program.transcript.turns()[-1].state is TurnState.STOPPED)
    running.engine.finish()
    window.chat_actions.version_chosen.emit(TurnVersion(turn_id=answer.turn_id, version=1))
    running.wait_for_text("one")
    window.settings_actions.thinking_chosen.emit(True)
    window.chat_actions.turn_edit_requested.emit(program.transcript.turns()[0].turn_id)
    assert window.composer_text() == "first?"
    window.chat_actions.new_chat_requested.emit()
    running.ask("second?", "three")
    assert running.engine.answers()[-1].thinking is True
    second, first = program.chats.chats()
    window.chat_actions.chat_renamed.emit(ChatRenaming(chat_id=second.chat_id, title="Renamed"))
    running.qtbot.waitUntil(lambda: running.titles() == ["Renamed", "first?"])
    window.chat_actions.chat_chosen.emit(first.chat_id)
    running.wait_for_text("one")
    window.chat_actions.chat_deleted.emit(second.chat_id)
    running.qtbot.waitUntil(lambda: running.titles() == ["first?"])


def test_that_given_files_reach_the_tray_and_leave_it(running: RunningProgram) -> None:
    picture = PICTURES / "shape_1.png"
    running.window.chat_actions.files_given.emit((picture,))
    running.qtbot.waitUntil(lambda: running.program.draft_attachments.is_settled, timeout=20_000)
    (entry,) = running.program.draft_attachments.entries()
    assert entry.name == "shape_1.png"
    running.window.chat_actions.attachment_removed.emit(entry.entry_id)
    assert running.program.draft_attachments.entries() == ()


def test_that_closing_in_the_middle_of_an_answer_keeps_it(running: RunningProgram) -> None:
    running.window.chat_actions.question_submitted.emit("What is this?")
    running.qtbot.waitUntil(lambda: len(running.engine.answers()) == 1)
    running.engine.write("Half an ")
    running.wait_for_text("Half an ")
    running.close()
    reader = Reader(running.paths.chats)
    turns = reader.open_chat(reader.chats()[0].chat_id).turns
    reader.close()
    assert (turns[-1].text, turns[-1].state) == ("Half an ", TurnState.STOPPED)
    assert running.engine.is_closed


def test_that_the_next_start_goes_on_where_the_last_one_ended(start: Start) -> None:
    first = start()
    first.window.resize(701, 502)
    first.ask("first?", "one")
    first.window.chat_actions.new_chat_requested.emit()
    first.ask("second?", "two")
    first.close()
    second = start()
    second.wait_for_text("two")
    assert second.titles() == ["second?", "first?"]
    assert second.window.size() == QSize(701, 502)


def test_that_the_choice_to_think_is_there_at_the_next_start(start: Start) -> None:
    first = start()
    first.window.settings_actions.thinking_chosen.emit(True)
    first.close()
    second = start()
    second.ask("first?", "one")
    assert second.engine.answers()[-1].thinking is True
    (think,) = [b for b in second.window.findChildren(QToolButton) if b.text() == "Think"]
    assert think.isChecked()


def test_that_closing_twice_closes_once(running: RunningProgram) -> None:
    running.window.close()
    running.close()


def test_that_a_window_can_be_closed_before_anything_was_loaded(qtbot: QtBot) -> None:
    paths = find_paths()
    program = Application(
        arguments=WindowArguments(),
        paths=paths,
        loaded=load_settings(paths.settings),
        client=FakeEngineClient(loads_by_itself=False),
    )
    program.begin()
    with qtbot.waitSignal(program.closed):
        program.window.close()
    destroy(program)


def test_that_broken_settings_are_told_and_do_not_keep_the_window_away(start: Start) -> None:
    path = find_paths().settings
    path.parent.mkdir(parents=True)
    path.write_text('{"format": 1, "window_geometry": "!!", "last_chat": "seven"}')
    running = start()
    assert running.window.isVisible()


def test_that_what_was_read_of_a_deleted_chat_is_forgotten_with_it(start: Start) -> None:
    first = start()
    first.ask("A secret", "Yes.")
    chat = first.program.chats.chats()[0].chat_id
    kept = first.paths.cache / "engine" / "states" / "one.cache"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"the secret")
    first.window.chat_actions.chat_deleted.emit(chat)
    first.qtbot.waitUntil(lambda: not first.titles())
    first.close()
    assert kept.exists()
    second = start()
    second.close()
    assert not kept.exists()


def test_that_a_loop_that_ended_by_itself_closes_everything(running: RunningProgram) -> None:
    running.program.end()
    running.is_closed = True
    destroy(running.program)
    assert running.engine.is_closed


@pytest.mark.parametrize(
    ("gigabytes", "percent", "disk_bytes", "most_memory_percent"),
    [(-5, -1, 0, 0), (10**9, 7000, 100 << 30, 50), (7, 5, 7 << 30, 5)],
)
def test_that_numbers_out_of_range_are_held_within(
    start: Start, gigabytes: int, percent: int, disk_bytes: int, most_memory_percent: int
) -> None:
    save_settings(
        find_paths().settings, Settings(cache_gigabytes=gigabytes, memory_percent=percent)
    )
    load = start().engine.loads()[0]
    assert (load.cache_bytes, load.cache_folder is None) == (disk_bytes, gigabytes <= 0)
    whole = psutil.virtual_memory().total
    assert 0 <= load.memory_bytes <= whole * most_memory_percent // 100


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_edited_settings_are_saved_and_nothing_else_is_lost(running: RunningProgram) -> None:
    window = running.window
    window.settings_actions.settings_requested.emit()
    edited = find(window, SettingsDialog).settings()
    running.ask("first?", "one")
    window.settings_actions.settings_accepted.emit(
        replace(edited, work_ahead=False, work_ahead_percent=9, cache_gigabytes=8, memory_percent=7)
    )
    running.close()
    saved = load_settings(running.paths.settings).settings
    assert (saved.work_ahead, saved.work_ahead_percent) == (False, 9)
    assert (saved.cache_gigabytes, saved.memory_percent) == (8, 7)
    assert saved.last_chat is not None


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_what_is_kept_is_counted_cleared_and_told(running: RunningProgram) -> None:
    kept = keep_something(running.paths.cache)
    running.window.settings_actions.settings_requested.emit()
    dialog = find(running.window, SettingsDialog)
    clear = next(b for b in dialog.findChildren(QPushButton) if "Clear" in b.accessibleName())
    running.qtbot.waitUntil(clear.isEnabled)
    assert "Now used: 1 MB" in shown(dialog)
    clear.click()
    running.qtbot.waitUntil(lambda: "1 MB freed." in shown(dialog))
    running.qtbot.waitUntil(lambda: "Now used: 0 MB" in shown(dialog))
    assert not kept.exists()


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_what_cannot_be_cleared_is_told(running: RunningProgram) -> None:
    # A folder of that name cannot be unlinked on any system, whoever runs the test.
    stuck = running.paths.cache / "engine" / "embeddings" / f"{2:012d}-{2:064x}.cache"
    stuck.mkdir(parents=True)
    keep_something(running.paths.cache)
    running.window.settings_actions.settings_requested.emit()
    dialog = find(running.window, SettingsDialog)
    running.window.settings_actions.cache_clear_requested.emit()
    running.qtbot.waitUntil(lambda: "1 MB freed, but 1 file could not be deleted." in shown(dialog))


def test_that_clearing_never_runs_on_the_windows_thread(
    running: RunningProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    go_on = threading.Event()

    def clear(folder: Path) -> Cleared:
        go_on.wait()
        threads.append(threading.current_thread())
        return Cleared(freed_bytes=3 << 20)

    monkeypatch.setattr(engine_cache, "clear", clear)
    running.window.settings_actions.cache_clear_requested.emit()
    # The window is still here to let it go on.
    go_on.set()
    bar = find(running.window, NotificationBar)
    running.qtbot.waitUntil(lambda: [each.title for each in bar.notifications()] == ["3 MB freed."])
    assert threads
    assert threading.main_thread() not in threads


def test_that_keeping_nothing_forgets_what_was_kept(running: RunningProgram) -> None:
    kept = keep_something(running.paths.cache)
    running.window.settings_actions.settings_accepted.emit(Settings(cache_gigabytes=1))
    running.window.settings_actions.settings_accepted.emit(Settings(cache_gigabytes=0))
    running.qtbot.waitUntil(lambda: not kept.exists())


def test_that_a_program_that_keeps_nothing_begins_by_forgetting(start: Start) -> None:
    paths = find_paths()
    save_settings(paths.settings, Settings(cache_gigabytes=0))
    kept = keep_something(paths.cache)
    running = start()
    running.qtbot.waitUntil(lambda: not kept.exists())


def keep_something(cache: Path) -> Path:
    path = cache / "engine" / "states" / f"{1:012d}-{1:064x}.cache"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(9))
    return path


def shown(dialog: SettingsDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))
