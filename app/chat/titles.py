"""What a new chat is called: pure."""

from collections.abc import Sequence

from app.chat.turns import Attachment

_LONGEST = 60


def make_title(text: str, attachments: Sequence[Attachment], otherwise: str) -> str:
    """The question's first line, shortened at a word, or what was sent along."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    first = next((line for line in lines if line), "")
    if not first and attachments:
        first = " ".join(attachments[0].name.split())
    return shorten(first) or otherwise


def shorten(line: str, longest: int = _LONGEST) -> str:
    """The line, or as many of its words as fit, and an ellipsis."""
    if len(line) <= longest:
        return line
    start, space, _ = line[:longest].rpartition(" ")
    # A single long word, or a language that writes without spaces, is cut anywhere.
    kept = start if space and len(start) > longest // 2 else line[: longest - 1]
    return kept.rstrip(" ,;:.-") + "…"
