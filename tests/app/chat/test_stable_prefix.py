"""The words of a draft that stand."""

import pytest

from app.chat.prefill_ahead import stable_prefix


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ("", ""),
        ("Wha", ""),
        ("What ", "What"),
        ("What is th", "What is"),
        ("one\ntwo\tthr", "one\ntwo"),
        ("  What is", "What"),
        ("看" * 60, "看" * 52),
        ("word " * 20_000, ""),
    ],
)
def test_that_the_word_being_typed_is_left_out(draft: str, words: str) -> None:
    assert stable_prefix(draft) == words
