import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from helpers.attachments import make_attachment
from helpers.fake_engine import SECONDS, TOKENS
from helpers.search_index import check_search_index

from app.chat.storage.records import Exchange, Question
from app.chat.storage.store import Store
from app.chat.turns import Attachment, ChatId, TurnId, TurnState
from runtime.problems import Problem, RuntimeFailure


class Clock:
    """A second passes whenever somebody looks."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "chats"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    store = Store(folder, Clock())
    yield store
    store.close()


def ask(
    store: Store,
    text: str,
    chat_id: ChatId | None = None,
    parent_id: TurnId | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Exchange:
    return store.begin_exchange(
        Question(
            chat_id=chat_id, parent_id=parent_id, text=text, attachments=attachments, title=text
        )
    )


def answer(store: Store, exchange: Exchange, text: str) -> None:
    store.save_answer(replace(exchange.answer, text=text, state=TurnState.COMPLETE))


def texts(store: Store, chat_id: ChatId) -> list[str]:
    return [turn.text for turn in store.open_chat(chat_id).turns]


def test_that_a_question_and_an_empty_answer_begin_a_chat(store: Store) -> None:
    exchange = ask(store, "What is this?")
    assert [chat.title for chat in store.chats()] == ["What is this?"]
    assert exchange.question.state is TurnState.COMPLETE
    assert exchange.answer.state is TurnState.QUEUED
    assert store.open_chat(exchange.chat.chat_id).turns == (exchange.question, exchange.answer)


def test_that_an_answer_is_read_back_as_it_was_saved(store: Store) -> None:
    exchange = ask(store, "What is this?")
    answer = replace(
        exchange.answer,
        text="A cat 🐈 \0 \ud800".replace("\ud800", "�"),
        thinking="Hm.",
        state=TurnState.FAILED,
        problem=Problem.ENGINE_KILLED,
        detail="SIGKILL",
        model_name="Fake 1B",
        tokens=TOKENS,
        seconds=SECONDS,
    )
    store.save_answer(answer)
    assert store.path(answer.turn_id)[-1] == answer


def test_that_text_that_utf_8_cannot_hold_is_kept_as_far_as_possible(store: Store) -> None:
    exchange = ask(store, "odd \ud800 text")
    assert texts(store, exchange.chat.chat_id)[0] == "odd ? text"


def test_that_attachments_come_back_in_their_order(store: Store, folder: Path) -> None:
    first = make_attachment(folder, "b.png", b"first")
    second = make_attachment(folder, "a.png", b"second")
    exchange = ask(store, "Which is older?", attachments=(first, second, first))
    (question, _) = store.open_chat(exchange.chat.chat_id).turns
    assert question.attachments == (first, second, first)


def test_that_the_chat_changed_last_is_listed_first(store: Store) -> None:
    first, second = ask(store, "first"), ask(store, "second")
    assert [chat.title for chat in store.chats()] == ["second", "first"]
    ask(store, "more", first.chat.chat_id, first.answer.turn_id)
    assert [chat.title for chat in store.chats()] == ["first", "second"]
    assert second.chat.chat_id in {chat.chat_id for chat in store.chats()}


def test_that_an_edited_question_stands_beside_the_old_one(store: Store) -> None:
    old = ask(store, "old")
    chat_id = old.chat.chat_id
    answer(store, old, "old answer")
    new = ask(store, "new", chat_id, old.question.parent_id)
    assert (new.question.version, new.question.versions) == (2, 2)
    assert texts(store, chat_id) == ["new", ""]
    store.choose_version(new.question.turn_id, 1)
    assert texts(store, chat_id) == ["old", "old answer"]


def test_that_another_answer_stands_beside_the_first(store: Store) -> None:
    first = ask(store, "question")
    answer(store, first, "one")
    second = store.begin_answer(first.question.turn_id)
    answer(store, second, "two")
    assert (second.answer.version, second.answer.versions) == (2, 2)
    assert texts(store, first.chat.chat_id) == ["question", "two"]


def test_that_choosing_a_version_goes_to_the_newest_branch_below_it(store: Store) -> None:
    first = ask(store, "question")
    chat_id = first.chat.chat_id
    ask(store, "followed up", chat_id, first.answer.turn_id)
    ask(store, "followed up differently", chat_id, first.answer.turn_id)
    store.begin_answer(first.question.turn_id)
    chosen = store.choose_version(first.answer.turn_id, 1)
    assert [turn.text for turn in chosen.turns] == ["question", "", "followed up differently", ""]


def test_that_the_chosen_branch_is_still_chosen_after_reopening(store: Store, folder: Path) -> None:
    first = ask(store, "question")
    answer(store, first, "one")
    second = store.begin_answer(first.question.turn_id)
    answer(store, second, "two")
    store.choose_version(second.answer.turn_id, 1)
    store.close()
    reopened = Store(folder)
    assert texts(reopened, first.chat.chat_id) == ["question", "one"]
    reopened.close()


@pytest.mark.parametrize("state", [TurnState.QUEUED, TurnState.READING, TurnState.WRITING])
def test_that_an_answer_that_a_crash_left_open_is_stopped_with_its_text(
    store: Store, folder: Path, state: TurnState
) -> None:
    exchange = ask(store, "question")
    store.save_answer(replace(exchange.answer, text="half an ans", state=state))
    # Another process opens what this one, in a crash, would not have closed.
    other = Store(folder)
    (_, answer) = other.open_chat(exchange.chat.chat_id).turns
    other.close()
    assert (answer.text, answer.state) == ("half an ans", TurnState.STOPPED)


def test_that_a_deleted_chat_can_be_brought_back(store: Store) -> None:
    exchange = ask(store, "question")
    store.delete(exchange.chat.chat_id)
    assert store.chats() == ()
    store.restore(exchange.chat.chat_id)
    assert texts(store, exchange.chat.chat_id) == ["question", ""]
    assert len(store.chats()) == 1


def test_that_purging_takes_deleted_chats_and_keeps_the_others(store: Store) -> None:
    gone, kept = ask(store, "gone"), ask(store, "kept")
    store.delete(gone.chat.chat_id)
    store.purge()
    store.restore(gone.chat.chat_id)
    assert [chat.title for chat in store.chats()] == ["kept"]
    assert texts(store, kept.chat.chat_id) == ["kept", ""]
    with pytest.raises(RuntimeFailure):
        store.path(gone.answer.turn_id)


def test_that_a_purged_text_is_nowhere_in_the_file(store: Store, folder: Path) -> None:
    exchange = ask(store, "a very recognisable secret")
    store.delete(exchange.chat.chat_id)
    store.purge()
    store.close()
    assert b"recognisable" not in (folder / "chats.db").read_bytes()


def test_that_a_very_long_chat_can_be_purged(store: Store, folder: Path) -> None:
    exchange = ask(store, "question")
    chat_id, turn_id = exchange.chat.chat_id, exchange.answer.turn_id
    connection = sqlite3.connect(folder / "chats.db")
    for _ in range(3000):
        added = connection.execute(
            "INSERT INTO turns (chat_id, parent_id, role, state, created_at)"
            " VALUES (?, ?, 'user', 'complete', 0)",
            (chat_id, turn_id),
        )
        assert added.lastrowid is not None
        turn_id = TurnId(added.lastrowid)
    connection.commit()
    connection.close()
    assert len(store.path(turn_id)) == 3002
    store.delete(chat_id)
    store.purge()
    assert store.chats() == ()


def test_that_an_answer_to_a_purged_chat_is_dropped(store: Store) -> None:
    exchange = ask(store, "question")
    store.delete(exchange.chat.chat_id)
    store.purge()
    answer(store, exchange, "too late")
    assert store.chats() == ()


def test_that_a_renamed_chat_has_its_new_title(store: Store) -> None:
    exchange = ask(store, "question")
    store.rename(exchange.chat.chat_id, "Cats")
    assert [chat.title for chat in store.chats()] == ["Cats"]


def test_that_a_missing_chat_is_a_problem_not_a_crash(store: Store) -> None:
    with pytest.raises(RuntimeFailure) as caught:
        store.open_chat(ChatId(404))
    assert (caught.value.problem, caught.value.detail) == (Problem.STORE_UNREADABLE, "gone")


def test_that_closed_turns_can_be_searched_and_open_ones_are_not_indexed(
    store: Store, folder: Path
) -> None:
    exchange = ask(store, "where is the hedgehog")
    store.save_answer(replace(exchange.answer, text="the hedgehog", state=TurnState.WRITING))
    assert found(folder, "hedgehog") == [exchange.question.turn_id]
    answer(store, exchange, "the hedgehog sleeps")
    answer(store, exchange, "the badger sleeps")
    assert found(folder, "hedgehog") == [exchange.question.turn_id]
    assert found(folder, "badger") == [exchange.answer.turn_id]
    store.delete(exchange.chat.chat_id)
    store.purge()
    assert found(folder, "hedgehog") == []


def found(folder: Path, word: str) -> list[int]:
    connection = sqlite3.connect(folder / "chats.db")
    try:
        check_search_index(connection)
        rows = connection.execute(
            "SELECT rowid FROM turns_search WHERE turns_search MATCH ? ORDER BY rowid", (word,)
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


@pytest.mark.parametrize("states", list(product(TurnState, repeat=2)))
def test_that_the_index_holds_whatever_an_answer_goes_through(
    store: Store, states: tuple[TurnState, ...]
) -> None:
    exchange = ask(store, "question")
    for number, state in enumerate(states):
        problem = Problem.ENGINE_KILLED if state is TurnState.FAILED else None
        store.save_answer(
            replace(exchange.answer, text=f"answer {number}", state=state, problem=problem)
        )
        check_search_index(store._connection)


def test_that_a_full_disk_is_named_and_leaves_everything_as_it_was(
    store: Store, folder: Path
) -> None:
    exchange = ask(store, "question")
    # SQLite reports a file that may not grow exactly as it reports a disk that is full.
    store._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(RuntimeFailure) as caught:
        ask(store, "long " * 100_000, exchange.chat.chat_id, exchange.answer.turn_id)
    assert caught.value.problem is Problem.DISK_FULL
    assert texts(store, exchange.chat.chat_id) == ["question", ""]
    store._connection.execute("PRAGMA max_page_count = 1000000")
    ask(store, "after making space", exchange.chat.chat_id, exchange.answer.turn_id)
    assert texts(store, exchange.chat.chat_id)[2] == "after making space"


def test_that_the_files_of_a_purged_chat_go_at_once(store: Store, folder: Path) -> None:
    gone = make_attachment(folder, "gone.png", b"only here")
    shared = make_attachment(folder, "shared.png", b"in both")
    first = ask(store, "gone", attachments=(gone, shared))
    ask(store, "kept", attachments=(shared,))
    store.delete(first.chat.chat_id)
    store.purge()
    assert not gone.path.exists()
    assert not gone.thumbnail.exists()
    assert shared.path.exists()


def test_that_a_file_that_was_given_again_stays_when_its_chat_is_purged(
    store: Store, folder: Path
) -> None:
    given = make_attachment(folder, "given.png", b"content")
    exchange = ask(store, "gone", attachments=(given,))
    store.delete(exchange.chat.chat_id)
    store.purge(untouched_since=given.path.stat().st_mtime)
    assert given.path.exists()


def test_that_a_purge_leaves_nothing_in_the_log(store: Store, folder: Path) -> None:
    exchange = ask(store, "a very recognisable secret")
    store.delete(exchange.chat.chat_id)
    store.purge()
    assert all(b"recognisable" not in path.read_bytes() for path in folder.glob("chats.db*"))


def test_that_what_the_engine_keeps_is_to_be_forgotten_until_it_is(
    store: Store, folder: Path
) -> None:
    exchange = ask(store, "question")
    assert not store.must_forget_prefill
    store.delete(exchange.chat.chat_id)
    store.purge()
    assert store.must_forget_prefill
    store.note_prefill_forgotten()
    assert not store.must_forget_prefill


def test_that_files_that_were_never_sent_are_swept_after_a_day(store: Store, folder: Path) -> None:
    sent, unsent = (make_attachment(folder, name, name.encode()) for name in ("sent", "unsent"))
    ask(store, "question", attachments=(sent,))
    store._connection.execute("UPDATE store_properties SET value = 0 WHERE name = 'made_at'")
    make_old(sent, unsent)
    store.sweep()
    assert (sent.path.exists(), unsent.path.exists()) == (True, False)


def test_that_a_new_store_leaves_the_files_of_the_one_before(folder: Path) -> None:
    before = make_attachment(folder, "before.png", b"of a store that is missing")
    make_old(before)
    store = Store(folder)
    assert store.is_bereft
    store.sweep()
    store.close()
    # Nor does the next start take it.
    again = Store(folder)
    assert not again.is_bereft
    again.sweep()
    again.close()
    assert before.path.exists()


def test_that_nothing_is_swept_beside_a_damaged_store(store: Store, folder: Path) -> None:
    unsent = make_attachment(folder, "unsent", b"unsent")
    make_old(unsent)
    store._connection.execute("UPDATE store_properties SET value = 0 WHERE name = 'made_at'")
    (folder / "chats.db.damaged-20260203-040506").touch()
    store.sweep()
    assert unsent.path.exists()


def make_old(*attachments: Attachment) -> None:
    for attachment in attachments:
        for path in (attachment.path, attachment.thumbnail):
            os.utime(path, (1, 1))
