import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.turns import make_title, shorten


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What is this?", "What is this?"),
        ("\n\n  What   is\tthis?\nLook closely.", "What is this?"),
        ("word " * 40, "word " * 11 + "word…"),
        ("a" * 100, "a" * 59 + "…"),
        ("   ", "New chat"),
    ],
)
def test_that_a_chat_is_called_by_its_first_line(text: str, title: str) -> None:
    assert make_title(text, (), "New chat") == title


@given(st.text(max_size=300))
def test_that_a_title_is_one_short_line(text: str) -> None:
    title = make_title(text, (), "New chat")
    assert 0 < len(title) <= 60
    assert title.splitlines() == [title]


def test_that_a_line_that_fits_is_left_alone() -> None:
    assert shorten("a" * 60) == "a" * 60
