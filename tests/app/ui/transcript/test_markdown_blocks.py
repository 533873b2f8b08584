from hypothesis import given
from hypothesis import strategies as st

from app.ui.transcript.markdown_blocks import Code, Prose, split_blocks

TEXT = "Before\n\n```python\nx = 1\n\ny = 2\n```\n\nAfter"


def test_that_fenced_code_stands_alone() -> None:
    assert split_blocks(TEXT) == (
        Prose(text="Before"),
        Code(language="python", text="x = 1\n\ny = 2"),
        Prose(text="After"),
    )


def test_that_an_open_fence_is_code_while_it_streams() -> None:
    assert split_blocks("```\nx = ") == (Code(language="", text="x = "),)


def test_that_a_shorter_fence_does_not_close_a_longer_one() -> None:
    text = "````\n```\n````"
    assert split_blocks(text) == (Code(language="", text="```"),)


def test_that_code_inside_a_list_stays_with_its_list() -> None:
    text = "- a\n\n    ```\n    x\n    ```"
    assert split_blocks(text) == (Prose(text=text),)


def test_that_a_list_is_not_cut() -> None:
    text = "\n\n".join(f"- point {number}" for number in range(20))
    assert split_blocks(text, prose_length=30) == (Prose(text=text),)


def test_that_long_prose_is_cut_between_paragraphs() -> None:
    blocks = split_blocks("one two three\n\nfour five six\n\nseven", prose_length=10)
    assert [block.text for block in blocks] == ["one two three", "four five six", "seven"]


@given(st.lists(st.sampled_from(["word", "", "```", "```py", "- a", "    ```", "| a |", "~~~"])))
def test_that_no_line_of_words_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    shown = "\n".join(block.text for block in split_blocks(text, prose_length=12))
    assert shown.count("word") == lines.count("word")


def test_that_growing_text_keeps_the_finished_blocks() -> None:
    before = split_blocks(TEXT)
    after = split_blocks(TEXT + " and more")
    assert after[:2] == before[:2]
