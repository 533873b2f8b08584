"""Bytes in any cut, characters and thinking out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.text_stream import TextStream


def run(data: bytes, cuts: list[int], *, thinking: bool) -> tuple[str, str, list[str]]:
    """Thinking, answer and every piece of a stream that arrives cut."""
    stream = TextStream(thinking=thinking)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    pieces = [piece for a, b in pairwise(places) for piece in stream.feed(data[a:b])]
    pieces += stream.finish()
    thought = "".join(piece.text for piece in pieces if piece.thinking)
    answer = "".join(piece.text for piece in pieces if not piece.thinking)
    return thought, answer, [piece.text for piece in pieces]


every_byte = list(range(100))


def test_that_an_emoji_never_arrives_in_halves() -> None:
    _, answer, pieces = run("Hi 👩‍👧 漢字!".encode(), every_byte, thinking=False)
    assert answer == "Hi 👩‍👧 漢字!"
    assert all("�" not in piece for piece in pieces)


def test_that_thinking_ends_at_its_tag_in_any_cut() -> None:
    data = b"I look.\nI see.\n</think>\n\nA cat."
    assert run(data, every_byte, thinking=True)[:2] == ("I look.\nI see.", "A cat.")
    assert run(data, [], thinking=True)[:2] == ("I look.\nI see.", "A cat.")


def test_that_a_block_opened_unasked_is_thinking() -> None:
    data = b"<think>\nhm\n</think>\n\nYes."
    assert run(data, every_byte, thinking=False)[:2] == ("hm", "Yes.")


def test_that_an_answer_may_speak_of_tags() -> None:
    data = b"Use <think> and </think>."
    assert run(data, every_byte, thinking=False)[1] == "Use <think> and </think>."


def test_that_a_cut_tag_at_the_end_is_not_lost() -> None:
    assert run(b"thought </thi", every_byte, thinking=True)[0] == "thought </thi"


def test_that_bytes_that_are_no_text_become_a_replacement_character() -> None:
    assert run(b"a\xffb\xe6", every_byte, thinking=False)[1] == "a�b�"


@given(st.text(), st.text(), st.lists(st.integers(min_value=0)), st.booleans())
def test_that_cuts_do_not_change_what_arrives(
    thought: str, answer: str, cuts: list[int], thinking: bool
) -> None:
    data = (f"{thought}</think>{answer}" if thinking else answer).encode()
    assert run(data, cuts, thinking=thinking)[:2] == run(data, [], thinking=thinking)[:2]
