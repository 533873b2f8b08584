"""What an earlier version of the program saved is used by this one.

The files in `fixtures/older_version` were written by commit 25c0e63, before the modules and
classes got their present names. None of them may depend on a name in our code.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from helpers.project import FIXTURES
from helpers.search_index import check_search_index

from app.chat.storage.store import Store
from app.chat.turns import TurnState
from app.model_manager.measurements import load_measurements
from app.settings.settings import Settings, load_settings
from runtime.engine.blob_store import BlobStore, name_of
from runtime.engine.mtp import load_draft_benefits
from runtime.engine.tuning import load_tuning
from runtime.models.library.library import Library
from runtime.models.library.unfinished_downloads import read_note

MACHINE = "ram:95;RTX 3060:12288"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A copy of what was saved, since opening it may change it."""
    return Path(shutil.copytree(FIXTURES / "older_version", tmp_path / "older"))


def test_that_every_setting_is_taken_over(older: Path) -> None:
    loaded = load_settings(older / "settings.json")
    assert loaded.unusable == ()
    assert loaded.settings == Settings(
        thinking=False,
        window_geometry="AdnQywAD",
        last_chat=2,
        model="/models/Qwen3.5-2B-Q5_K_S.gguf",
        projector="/models/mmproj-F16.gguf",
        work_ahead=False,
        work_ahead_percent=55,
        cache_gigabytes=9,
        memory_percent=21,
        models_folder="/models",
        idle_unload_minutes=7,
        context_length=8192,
        device_memory_gigabytes=5.5,
        offline=True,
        endpoint="https://hf-mirror.com",
        proxy="socks5h://localhost:9050",
    )


def test_that_chats_open_with_their_pictures_and_can_be_searched(older: Path) -> None:
    store = Store(older / "chats")
    try:
        chats = {chat.title: chat.chat_id for chat in store.chats()}
        turns = store.open_chat(chats["What is in this picture?"]).turns
        other = store.open_chat(chats["Hello"]).turns
    finally:
        store.close()
    assert [turn.text for turn in turns] == [
        "What is in this picture?",
        "I see a red square.",
        "And its colour?",
        "Red.",
    ]
    assert [turn.text for turn in other] == ["Hello", "Hello!"]
    assert (turns[1].thinking, turns[1].model_name) == ("A shape.", "Tiny")
    assert turns[1].tokens is not None
    assert turns[3].state is TurnState.STOPPED
    (picture,) = turns[0].attachments
    assert (picture.name, picture.path.is_file()) == ("shape_1.png", True)
    assert picture.thumbnail.is_file()
    with closing(sqlite3.connect(older / "chats" / "chats.db")) as connection:
        check_search_index(connection)


def test_that_what_was_measured_still_counts(older: Path) -> None:
    measurements = load_measurements(older / "learnt.json")
    assert list(measurements.plans) == [f"{MACHINE}|Qwen3.5 4B|Q5_K_M"]
    assert list(measurements.paces.values()) == [1.25]
    assert list(measurements.reading_paces.values()) == [0.8]
    assert measurements.comparison is not None
    assert measurements.comparison.allocated_bytes == 4_100_000_000
    assert measurements.speeds[MACHINE]["CUDA0"].bytes_per_s == 3.0e11


def test_that_a_warm_up_and_the_benefit_of_drafts_are_not_measured_again(older: Path) -> None:
    tuning = load_tuning(older / "tuning.json", (4, 8))
    assert tuning is not None
    assert (tuning.writing_threads, tuning.reading_threads, tuning.batch_size) == (2, 4, 256)
    benefits = load_draft_benefits(older / "drafting.json")
    assert (benefits.plain.tokens, benefits.drafted.seconds) == (120.0, 5.0)


def test_that_installed_models_and_begun_downloads_are_found(older: Path) -> None:
    for file in (older / "models" / "Tiny-Q8_0").glob("*.gguf"):
        # A checkout sets its own times, and the manifest holds the ones of then.
        os.utime(file, (1_700_000_000, 1_700_000_000))
    inventory = Library(older / "models").look()
    assert inventory.damaged == ()
    (installed,) = inventory.installed
    assert (installed.name, installed.quantisation, installed.size_bytes) == ("Tiny", "Q8_0", 96)
    (unfinished,) = inventory.unfinished
    assert (unfinished.name, unfinished.done_bytes, unfinished.total_bytes) == (
        *("Qwen3.5 0.8B", 1024, 4096),
    )
    note = read_note(older / "models" / "Qwen3.5-0.8B-Q8_0")
    assert note is not None
    assert note.files[0].sources == ("https://huggingface.co",)


def test_that_a_cached_state_is_read_back_whole(older: Path) -> None:
    blob = BlobStore(older / "engine_states", budget_bytes=1 << 20).load(
        name_of("version", "before")
    )
    assert blob is not None
    assert np.array_equal(blob.payloads[0], np.arange(64, dtype=np.uint8))
