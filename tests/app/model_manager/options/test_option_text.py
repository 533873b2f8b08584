from dataclasses import replace

import pytest

from app.model_manager.model_options import Fit, MemoryUse, ModelOption
from app.model_manager.options.option_text import (
    context_in_words,
    context_meaning,
    download_in_short,
    facts_of,
    memory_in_words,
    option_in_words,
    transfer_fraction,
    transfer_in_words,
)
from runtime.models.download.progress import Paused, Transferring, TransferState, Verifying, Waiting
from runtime.problems import Problem
from tools.sample_options import sample_library, sample_options

_MIB = 1 << 20
_GIB = 1 << 30
_MEMORY = MemoryUse(
    weights=2 * _GIB, context=_GIB // 2, pictures=700 * _MIB, free=6 * _GIB, place="RTX 3060"
)


def option(**others: object) -> ModelOption:
    snapshot = ModelOption(
        model="Qwen3.5 4B",
        size="4B",
        quantisation="Q4_K_M",
        fit=Fit.FULLY,
        memory=_MEMORY,
        tokens_per_s=24.3,
        picture_s=3.2,
        quality="near lossless",
        download_bytes=3 * _GIB,
        context=32_768,
        largest_context=262_144,
        is_installed=False,
    )
    return replace(snapshot, **others)  # type: ignore[arg-type]


def test_that_the_facts_of_an_option_are_one_line() -> None:
    words = "Fits fully · ≈ 24 tokens/s · a screenshot in ≈ 3 s · 3.0 GB to download"
    assert facts_of(option()) == words


def test_that_unknown_speeds_are_left_out() -> None:
    unknown = option(tokens_per_s=None, picture_s=None, is_installed=True, fit=Fit.PARTLY)
    assert facts_of(unknown) == "Fits partly · Installed"


def test_that_slow_speeds_keep_a_decimal_and_long_times_their_unit() -> None:
    slow = option(tokens_per_s=1.24, picture_s=4000, fit=Fit.NOT)
    words = "Does not fit · ≈ 1.2 tokens/s · a screenshot in ≈ 1 h 7 min · 3.0 GB to download"
    assert facts_of(slow) == words


def test_that_a_row_is_heard_as_it_is_seen() -> None:
    assert option_in_words(option(is_recommended=True)) == (
        "Qwen3.5 4B, Q4_K_M, recommended, near lossless, fits fully, about 24 tokens/s,"
        " a screenshot in about 3 s, 3.0 GB to download"
    )


def test_that_every_sample_can_be_heard() -> None:
    for each in (*sample_options().options, *sample_library().options):
        words = option_in_words(each)
        assert each.model in words
        assert "≈" not in words


def test_that_a_memory_bar_is_heard_with_all_its_parts() -> None:
    assert memory_in_words(_MEMORY) == (
        "Memory on RTX 3060: weights 2.0 GB, context 512 MB, pictures 700 MB, 6.0 GB stay free."
    )
    assert memory_in_words(replace(_MEMORY, free=-_GIB)).endswith("1.0 GB too little.")


@pytest.mark.parametrize(
    ("state", "words", "short"),
    [
        (
            Transferring(done_bytes=_GIB, total_bytes=4 * _GIB, bytes_per_s=8 * _MIB),
            "25 % · 1.0 of 4.0 GB · 8.0 MB/s · 6 min left",
            "25 % · 6 min left",
        ),
        (
            Transferring(done_bytes=0, total_bytes=300 * _MIB),
            "0 % · 0 of 300 MB",
            "0 %",
        ),
        (
            Transferring(done_bytes=299 * _MIB, total_bytes=300 * _MIB, bytes_per_s=9.0),
            "99 % · 299 of 300 MB · very slow · 32 h 22 min left",
            "99 % · 32 h 22 min left",
        ),
        (
            Transferring(done_bytes=299 * _MIB, total_bytes=300 * _MIB, bytes_per_s=9.0 * _MIB),
            "99 % · 299 of 300 MB · 9.0 MB/s · less than a minute left",
            "99 % · less than a minute left",
        ),
        (
            Verifying(done_bytes=_GIB, total_bytes=2 * _GIB),
            "Checking the files, 50 %",
            "checking",
        ),
        (
            Paused(done_bytes=_GIB, total_bytes=2 * _GIB),
            "Paused · 50 % · 1.0 of 2.0 GB",
            "paused at 50 %",
        ),
        (
            Paused(done_bytes=_GIB, total_bytes=2 * _GIB, problem=Problem.DISK_FULL),
            "The disk is full · 50 % · 1.0 of 2.0 GB",
            "paused at 50 %",
        ),
        (
            Waiting(
                problem=Problem.DISK_FULL,
                detail="",
                retry_in_s=12.0,
                done_bytes=_GIB,
                total_bytes=2 * _GIB,
            ),
            "The disk is full · tries again in 12 s · 50 % · 1.0 of 2.0 GB",
            "waiting at 50 %",
        ),
    ],
)
def test_that_a_download_is_put_in_words(state: TransferState, words: str, short: str) -> None:
    assert transfer_in_words(state) == words
    assert download_in_short(state) == short


def test_that_a_download_of_nothing_has_not_begun() -> None:
    assert transfer_fraction(Transferring(done_bytes=0, total_bytes=0)) == 0


def test_that_a_context_is_told_in_words_and_screenshots() -> None:
    assert context_in_words(32_768) == "32k tokens"
    assert context_in_words(10_000) == "10,000 tokens"
    meaning = "The model looks back on about 24,000 words or 16 screenshots."
    assert context_meaning(32_768) == meaning
    assert context_meaning(1024) == "The model looks back on about 760 words."
