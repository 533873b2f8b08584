"""Through the whole program: nothing that was trusted to it is lost, whatever the disk does."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from helpers.chat_session import Reader
from helpers.destroying import destroy
from helpers.project import PICTURES
from helpers.running_program import RunningProgram
from helpers.search_index import check_search_index
from helpers.small_disk import SmallDisk, small_disk
from pytestqt.qtbot import QtBot

from app.chat import attachments
from app.chat.storage import database
from app.chat.turns import TurnState
from app.platform.paths import find_paths
from app.settings.settings import load_settings
from runtime.problems import Stopped

pytestmark = [pytest.mark.usefixtures("unmeasured"), pytest.mark.logs_warnings]

LONG_ANSWER = "A long answer. " * 40_000
MARKER = "a very recognisable secret"

Start = Callable[[], RunningProgram]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    started: list[RunningProgram] = []

    def start() -> RunningProgram:
        started.append(RunningProgram(qtbot))
        return started[-1]

    yield start
    for running in started:
        running.close()


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk(find_paths().settings.parent) as disk:
        yield disk


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 100)


def store_file() -> Path:
    return find_paths().chats / "chats.db"


def stored() -> list[tuple[str, TurnState]]:
    """What a second reader finds in the current branch of every chat."""
    with closing(Reader(find_paths().chats)) as reader:
        return [
            (turn.text, turn.state)
            for chat in reader.chats()
            for turn in reader.open_chat(chat.chat_id).turns
        ]


def titles(running: RunningProgram) -> list[str]:
    return [notification.title for notification in running.notifications]


def attach(running: RunningProgram, *paths: Path) -> None:
    running.window.chat_actions.files_given.emit(paths)
    running.qtbot.waitUntil(lambda: running.program.draft_attachments.is_settled, timeout=20_000)


def attached_files() -> list[Path]:
    return [path for path in (find_paths().chats / "attachments").rglob("*") if path.is_file()]


def make_old(path: Path) -> None:
    os.utime(path, (1, 1))


# 1, 5: a damaged or missing store


def test_that_a_damaged_store_keeps_the_pictures_and_what_can_be_read(start: Start) -> None:
    pictures = sorted(PICTURES.glob("*.png"))[:8]
    first = start()
    for number, picture in enumerate(pictures):
        attach(first, picture)
        first.ask(f"question {number}", f"answer {number} " * 50)
    first.close()
    for path in attached_files():
        make_old(path)
    zero_the_middle(store_file())
    second = start()
    second.qtbot.waitUntil(lambda: len(second.titles()) == 1)
    assert len(attached_files()) == 8
    (title,) = titles(second)
    assert title.startswith("Your chats were damaged. ")
    assert title.endswith(" questions and answers came back.")
    answers = [turn.text for turn in second.program.transcript.turns()]
    assert sum(text.startswith("answer") for text in answers) >= 6
    second.close()
    # Nor does a later start, which finds everything in order, take them.
    third = start()
    third.close()
    assert len(attached_files()) == 8


def zero_the_middle(path: Path) -> None:
    """Overwrite the page in the middle, as a worn-out disk does."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4096 // 2 * 4096)
        file.write(bytes(4096))


def test_that_a_missing_store_keeps_the_pictures_and_is_told(start: Start) -> None:
    first = start()
    attach(first, PICTURES / "shape_1.png")
    first.ask("question", "answer")
    first.close()
    (picture,) = attached_files()
    make_old(picture)
    store_file().unlink()
    second = start()
    assert titles(second) == ["The file with your chats is missing, so new ones were begun."]
    second.close()
    start().close()
    assert attached_files() == [picture]


# 2: an answer that ends while the store cannot be written


def test_that_an_answer_that_ends_on_a_full_disk_is_saved_when_there_is_space(
    disk: SmallDisk, start: Start
) -> None:
    running = start()
    answer_without_space(running, disk.fill)
    assert titles(running) == ["This answer is not saved yet."]
    disk.make_space()
    running.qtbot.waitUntil(lambda: stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE))
    running.qtbot.waitUntil(lambda: "Everything is saved now." in titles(running))


@pytest.mark.usefixtures("_impatient")
def test_that_an_answer_that_ends_while_another_program_writes_is_saved_afterwards(
    start: Start,
) -> None:
    running = start()
    with closing(sqlite3.connect(store_file(), isolation_level=None)) as other:
        answer_without_space(running, lambda: other.execute("BEGIN IMMEDIATE"))
        other.execute("ROLLBACK")
        running.qtbot.waitUntil(lambda: stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE))


@pytest.mark.usefixtures("_impatient")
def test_that_the_window_comes_back_rather_than_lose_an_answer(start: Start) -> None:
    running = start()
    with closing(sqlite3.connect(store_file(), isolation_level=None)) as other:
        answer_without_space(running, lambda: other.execute("BEGIN IMMEDIATE"))
        running.window.close()
        lost = "An answer is not saved: closing would lose it."
        running.qtbot.waitUntil(lambda: lost in titles(running))
        assert running.window.isVisible()
        other.execute("ROLLBACK")
    running.close()
    assert stored()[-1] == (LONG_ANSWER, TurnState.COMPLETE)


@pytest.mark.usefixtures("_impatient")
def test_that_closing_anyway_closes(start: Start) -> None:
    running = start()
    with closing(sqlite3.connect(store_file(), isolation_level=None)) as other:
        answer_without_space(running, lambda: other.execute("BEGIN IMMEDIATE"))
        running.window.close()
        running.qtbot.waitUntil(lambda: running.notifications[-1].action == "Close anyway")
        with running.qtbot.waitSignal(running.program.closed, timeout=20_000):
            running.window.chat_actions.notification_action_chosen.emit(running.notifications[-1])
    running.is_closed = True
    destroy(running.program)
    assert [text for text, _ in stored()] == ["question", ""]


def answer_without_space(running: RunningProgram, take_space: Callable[[], object]) -> None:
    """Have a question answered, and take the space away before the answer comes."""
    running.window.chat_actions.question_submitted.emit("question")
    running.qtbot.waitUntil(lambda: len(running.engine.answers()) == 1)
    take_space()
    running.engine.write(LONG_ANSWER)
    running.engine.finish()
    running.wait_for_text(LONG_ANSWER)
    running.qtbot.waitUntil(lambda: bool(running.notifications), timeout=20_000)


# 3: the full-text index


def test_that_stopping_answers_leaves_the_index_whole(start: Start) -> None:
    running = start()
    for number in range(3):
        running.window.chat_actions.question_submitted.emit(f"question {number}")
        running.wait_for_request(number + 1)
        running.engine.write(f"words of answer {number}")
        running.wait_for_text(f"words of answer {number}")
        running.window.chat_actions.stop_requested.emit()
        running.engine.finish()
        running.qtbot.waitUntil(running.is_ready)
    running.close()
    with closing(sqlite3.connect(store_file())) as connection:
        check_search_index(connection)
        found = connection.execute("SELECT count(*) FROM turns_search('words')").fetchone()
    assert found == (3,)


# 4: a store that cannot be opened at start


def test_that_chats_can_be_read_on_a_full_disk_and_written_when_there_is_space(
    disk: SmallDisk, start: Start
) -> None:
    first = start()
    first.ask("first?", "one")
    first.close()
    disk.fill()
    second = start()
    second.wait_for_text("one")
    assert second.titles() == ["first?"]
    assert titles(second) == ["The disk is full: your chats can be read, and nothing can be saved."]
    second.window.chat_actions.question_submitted.emit("second?")
    second.qtbot.waitUntil(lambda: second.window.composer_text() == "second?")
    assert titles(second)[-1] == "The disk is full."
    disk.make_space()
    wait_for_the_next_attempt(second)
    second.ask("second?", "two")
    assert [text for text, _ in stored()] == ["first?", "one", "second?", "two"]


@pytest.mark.usefixtures("_impatient")
def test_that_a_busy_store_is_called_busy_and_opened_with_the_next_question(
    start: Start,
) -> None:
    first = start()
    first.ask("first?", "one")
    first.close()
    with closing(sqlite3.connect(store_file(), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        second = start()
        second.qtbot.waitUntil(lambda: bool(second.notifications))
        assert titles(second) == ["Another program is using your chats."]
        assert second.titles() == []
    wait_for_the_next_attempt(second)
    second.ask("second?", "two")
    assert second.titles() == ["second?", "first?"]
    assert [text for text, _ in stored()] == ["second?", "two", "first?", "one"]


@pytest.mark.usefixtures("_impatient")
def test_that_a_busy_store_can_be_tried_again_from_its_notice(start: Start) -> None:
    first = start()
    first.ask("first?", "one")
    first.close()
    with closing(sqlite3.connect(store_file(), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        second = start()
        second.qtbot.waitUntil(lambda: bool(second.notifications))
    wait_for_the_next_attempt(second)
    second.window.chat_actions.notification_action_chosen.emit(second.notifications[-1])
    second.wait_for_text("one")


def wait_for_the_next_attempt(running: RunningProgram) -> None:
    """The store is not opened more often than once a second."""
    running.qtbot.wait(1_100)


# 6: deleted chats


def test_that_a_deleted_chat_is_in_no_file_after_a_clean_close(
    start: Start, tmp_path: Path
) -> None:
    picture = tmp_path / f"{MARKER}.png"
    picture.write_bytes((PICTURES / "shape_1.png").read_bytes() + MARKER.encode())
    running = start()
    running.ask("kept?", "yes")
    running.window.chat_actions.new_chat_requested.emit()
    attach(running, picture)
    running.ask(f"What is {MARKER}?", f"It is {MARKER}. " * 100)
    state = find_paths().cache / "engine" / "states" / f"{1:012d}-{1:064x}.cache"
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text(MARKER)
    assert files_with(MARKER)
    gone = next(chat for chat in running.program.chats.chats() if MARKER in chat.title)
    running.window.chat_actions.chat_deleted.emit(gone.chat_id)
    running.qtbot.waitUntil(lambda: running.titles() == ["kept?"])
    running.close()
    assert files_with(MARKER) == []
    assert attached_files() == []
    assert list((find_paths().chats / "thumbnails").rglob("*.png")) == []
    assert [text for text, _ in stored()] == ["kept?", "yes"]


def files_with(marker: str) -> list[Path]:
    home = find_paths().settings.parent
    return [
        path
        for path in home.rglob("*")
        if path.is_file() and (marker.encode() in path.read_bytes() or marker in path.name)
    ]


# 8: waits


def test_that_the_chats_are_free_before_the_engine_has_left(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    order: list[str] = []
    running.program.released.connect(lambda: order.append("released"))
    leave = running.engine.close

    def close() -> None:
        order.append("engine")
        leave()

    monkeypatch.setattr(running.engine, "close", close)
    running.close()
    assert order == ["released", "engine"]


def test_that_a_question_whose_file_hangs_is_shown_and_can_be_taken_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "inspect", hang_until_stopped)
    running = start()
    running.window.chat_actions.files_given.emit((PICTURES / "shape_1.png",))
    running.window.chat_actions.question_submitted.emit("What is in it?")
    running.qtbot.waitUntil(lambda: "What is in it?" in running.hint)
    running.window.chat_actions.stop_requested.emit()
    assert running.window.composer_text() == "What is in it?"
    assert running.hint == ""
    (entry,) = running.program.draft_attachments.entries()
    running.window.chat_actions.attachment_removed.emit(entry.entry_id)
    # The thread that waited for it is free: the next file is looked at.
    monkeypatch.undo()
    attach(running, PICTURES / "shape_2.png")


def test_that_a_file_that_hangs_does_not_hold_up_the_end(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "inspect", hang_until_stopped)
    running = start()
    running.window.chat_actions.files_given.emit((PICTURES / "shape_1.png",))
    running.close()
    assert not running.program.is_held_up


def hang_until_stopped(path: Path, *, thumbnail: Path, stopped: Callable[[], bool]) -> None:
    while not stopped():
        time.sleep(0.01)
    raise Stopped


def test_that_settings_changed_on_a_full_disk_are_written_when_there_is_space(
    disk: SmallDisk, start: Start
) -> None:
    running = start()
    disk.fill()
    running.window.settings_actions.thinking_chosen.emit(True)
    running.qtbot.waitUntil(lambda: titles(running) == ["The disk is full."])
    disk.make_space()

    def is_saved() -> bool:
        return load_settings(find_paths().settings).settings.thinking is True

    running.qtbot.waitUntil(is_saved, timeout=20_000)
