import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helpers.attachments import make_attachment
from helpers.fake_engine import SECONDS, TOKENS

from app.chat.records import Exchange, Question
from app.chat.store import Store
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
        connection.execute("INSERT INTO turns_search (turns_search) VALUES ('integrity-check')")
        rows = connection.execute(
            "SELECT rowid FROM turns_search WHERE turns_search MATCH ? ORDER BY rowid", (word,)
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


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
    ask(store, "after making room", exchange.chat.chat_id, exchange.answer.turn_id)
    assert texts(store, exchange.chat.chat_id)[2] == "after making room"
