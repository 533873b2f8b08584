"""When reading ahead is worth finishing."""

from pathlib import Path

import pytest

from runtime.content import Image, Message, Role, Text, text_message
from runtime.requests import PrefillRequest, RequestId

PICTURE = Image(path=Path("one.png"))
OTHER = Image(path=Path("two.png"))
EARLIER = (text_message(Role.USER, "Hello"), text_message(Role.ASSISTANT, "Hello!"))


def ahead(*messages: Message) -> PrefillRequest:
    return PrefillRequest(request_id=RequestId(1), messages=messages)


def typed(words: str, *pictures: Image) -> Message:
    return Message(role=Role.USER, parts=(*pictures, Text(text=words)))


@pytest.mark.parametrize(
    ("first", "second", "goes_on"),
    [
        ((typed("What", PICTURE),), (typed("What is", PICTURE),), True),
        ((Message(role=Role.USER, parts=(PICTURE,)),), (typed("What", PICTURE),), True),
        ((*EARLIER, typed("What")), (*EARLIER, typed("Who")), True),
        ((typed("What", PICTURE),), (typed("What", OTHER),), False),
        ((typed("What", PICTURE),), (typed("What"),), False),
        ((*EARLIER, typed("What")), (typed("What"),), False),
        (EARLIER, (), False),
        ((), (), True),
    ],
)
def test_that_more_words_go_on_and_anything_else_does_not(
    first: tuple[Message, ...], second: tuple[Message, ...], goes_on: bool
) -> None:
    assert ahead(*second).goes_on_from(ahead(*first)) is goes_on
