"""What comes back of a damaged store."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from helpers.search_index import check_search_index
from PIL import Image

from app.chat.attachments import keep_file
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.storage.records import Question
from app.chat.storage.store import Store
from app.chat.turns import ChatId, TurnId, TurnState
from app.notifications import messages

pytestmark = pytest.mark.logs_warnings

CHATS = 6
EXCHANGES = 20


@dataclass(frozen=True)
class Original:
    """A store before it was damaged, and what was in it."""

    folder: Path
    titles: dict[ChatId, str]
    branches: dict[ChatId, list[str]]
    pictures: int

    @property
    def turns(self) -> int:
        return sum(len(texts) for texts in self.branches.values())


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    folder = tmp_path_factory.mktemp("original")
    store = Store(folder)
    titles: dict[ChatId, str] = {}
    branches: dict[ChatId, list[str]] = {}
    for number in range(CHATS):
        picture = folder / f"scene {number}.png"
        Image.new("RGB", (192, 128), (number * 40, 0, 0)).save(picture)
        kept = keep_file(AttachmentFiles(folder), picture).attachment
        chat_id: ChatId | None = None
        parent_id: TurnId | None = None
        for turn in range(EXCHANGES):
            exchange = store.begin_exchange(
                Question(
                    chat_id=chat_id,
                    parent_id=parent_id,
                    text=f"question {number}.{turn} " + "word " * 30,
                    attachments=(kept,) if turn == 0 else (),
                    title=f"chat {number}",
                )
            )
            answer = replace(
                exchange.answer, text=f"answer {number}.{turn} " * 20, state=TurnState.COMPLETE
            )
            store.save_answer(answer)
            chat_id, parent_id = exchange.chat.chat_id, exchange.answer.turn_id
        assert chat_id is not None
        titles[chat_id] = f"chat {number}"
        branches[chat_id] = [turn.text for turn in store.open_chat(chat_id).turns]
    store.close()
    return Original(folder=folder, titles=titles, branches=branches, pictures=CHATS)


@pytest.fixture
def folder(original: Original, tmp_path: Path) -> Path:
    shutil.copytree(original.folder, tmp_path / "chats")
    return tmp_path / "chats"


def pages(folder: Path) -> int:
    return (folder / "chats.db").stat().st_size // 4096


def zero_page(folder: Path, number: int) -> None:
    """Overwrite one page, counted from 0, as a worn-out disk does."""
    with (folder / "chats.db").open("r+b") as file:
        file.seek(number * 4096)
        file.write(bytes(4096))


def pictures_on_disk(folder: Path) -> int:
    return len(list((folder / "attachments").glob("*/*.png")))


def test_that_of_any_torn_page_nearly_everything_comes_back(
    original: Original, tmp_path: Path
) -> None:
    damaged = 0
    for number in range(pages(original.folder)):
        folder = tmp_path / str(number)
        shutil.copytree(original.folder, folder)
        zero_page(folder, number)
        store = Store(folder)
        try:
            if store.recovered is None:
                # A page that nothing used.
                continue
            damaged += 1
            check_search_index(store._connection)
            check_branches(store, original)
            assert store.recovered.turns >= original.turns * 0.9
            assert store.recovered.lost in (None, original.turns - store.recovered.turns)
            store.purge()
            store.sweep()
            assert pictures_on_disk(folder) == original.pictures
        finally:
            store.close()
    assert damaged > 10


def check_branches(store: Store, original: Original) -> None:
    """Each chat says what it said, or that a part was lost, in the order it was said."""
    listed = {chat.chat_id: chat for chat in store.chats()}
    assert listed.keys() == original.titles.keys()
    for chat_id, texts in original.branches.items():
        found = [turn.text for turn in store.open_chat(chat_id).turns]
        assert all(
            text in (was, messages.LOST_TURN) for text, was in zip(found, texts, strict=False)
        )
        # What follows a lost turn keeps its place.
        assert len(found) == len(texts) or found == texts[: len(found)]


def test_that_pictures_stay_with_their_questions_whatever_table_is_torn(
    original: Original, folder: Path
) -> None:
    for table in ("attachments", "turn_attachments", "chats"):
        zero_page(folder, root_page(folder, table) - 1)
    store = Store(folder)
    try:
        for chat_id in original.titles:
            (attachment,) = store.open_chat(chat_id).turns[0].attachments
            assert attachment.path.exists()
            assert (attachment.width, attachment.height) == (192, 128)
    finally:
        store.close()


def test_that_a_chat_whose_name_is_lost_is_called_by_its_first_question(
    original: Original, folder: Path
) -> None:
    zero_page(folder, root_page(folder, "chats") - 1)
    store = Store(folder)
    try:
        titles = {chat.chat_id: chat.title for chat in store.chats()}
    finally:
        store.close()
    assert titles.keys() == original.titles.keys()
    assert all(title.startswith("question ") for title in titles.values())


def test_that_what_the_user_had_deleted_does_not_come_back(folder: Path) -> None:
    store = Store(folder)
    gone = store.chats()[0].chat_id
    store.delete(gone)
    store.close()
    zero_page(folder, root_page(folder, "attachments") - 1)
    again = Store(folder)
    try:
        assert gone not in {chat.chat_id for chat in again.chats()}
        assert len(again.chats()) == CHATS - 1
        assert again.recovered is not None
        assert again.recovered.lost is None
    finally:
        again.close()


def test_that_the_damaged_file_is_kept_as_it_was(folder: Path) -> None:
    zero_page(folder, root_page(folder, "attachments") - 1)
    damaged = (folder / "chats.db").read_bytes()
    store = Store(folder)
    store.close()
    assert store.moved_aside is not None
    assert store.moved_aside.read_bytes() == damaged


def test_that_a_program_that_ends_during_recovery_begins_it_anew(folder: Path) -> None:
    zero_page(folder, root_page(folder, "attachments") - 1)
    (folder / "chats.db.recovered").write_bytes(b"half of it")
    store = Store(folder)
    try:
        assert len(store.chats()) == CHATS
    finally:
        store.close()


def test_that_a_recovery_that_only_lacks_its_name_is_taken(
    original: Original, folder: Path
) -> None:
    (folder / "chats.db").rename(folder / "chats.db.recovered")
    store = Store(folder)
    try:
        assert {chat.chat_id: chat.title for chat in store.chats()} == original.titles
    finally:
        store.close()


def test_that_a_log_that_did_not_follow_its_file_is_not_read_into_the_new_one(
    original: Original, folder: Path
) -> None:
    # As a program leaves it that ends while the damaged file is being put aside.
    (folder / "chats.db").rename(folder / "chats.db.recovered")
    (folder / "chats.db.damaged-20260203-040506").write_bytes(b"damaged")
    (folder / "chats.db-wal").write_bytes(b"its log")
    store = Store(folder)
    try:
        assert {chat.chat_id: chat.title for chat in store.chats()} == original.titles
    finally:
        store.close()
    log = folder / "chats.db.damaged-20260203-040506-wal"
    assert log.read_bytes() == b"its log"


def test_that_answers_of_the_log_come_back_too(folder: Path) -> None:
    store = Store(folder)
    exchange = store.begin_exchange(
        Question(chat_id=None, parent_id=None, text="in the log", title="in the log")
    )
    copies = {path.name: path.read_bytes() for path in folder.glob("chats.db*")}
    store.close()
    for name, content in copies.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    zero_page(folder, root_page(folder, "attachments") - 1)
    again = Store(folder)
    try:
        assert again.recovered is not None
        assert again.open_chat(exchange.chat.chat_id).turns[0].text == "in the log"
    finally:
        again.close()


def root_page(folder: Path, table: str) -> int:
    connection = sqlite3.connect(folder / "chats.db")
    try:
        row = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    finally:
        connection.close()
    return int(row[0])


@pytest.fixture(autouse=True)
def _no_files_left(folder: Path) -> Iterator[None]:
    yield
    assert not (folder / "chats.db.recovered").exists()
