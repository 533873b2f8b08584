"""Token bytes to whole characters, and thinking apart from the answer."""

import codecs
from dataclasses import dataclass

_OPEN = "<think>"
_CLOSE = "</think>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that is ready to be shown."""

    thinking: bool
    text: str


class TextStream:
    """Turns the bytes of one answer into pieces, each cut at a whole character.

    Tokens can end inside a character, and `</think>` can arrive in several tokens; whatever may
    still become part of either is held back until it is clear.
    """

    def __init__(self, *, thinking: bool) -> None:
        """Start an answer.

        Args:
            thinking: the prompt ended with an open `<think>`
        """
        # Bytes that are not UTF-8 become U+FFFD: a model can write anything.
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._thinking = thinking
        self._held = ""
        self._at_start = True

    def feed(self, data: bytes) -> list[Piece]:
        """Take the bytes of the next token; give what can be shown now."""
        self._held += self._decoder.decode(data)
        return self._release(final=False)

    def finish(self) -> list[Piece]:
        """Give what was held back; the answer is over."""
        self._held += self._decoder.decode(b"", final=True)
        return self._release(final=True)

    def _release(self, *, final: bool) -> list[Piece]:
        pieces: list[Piece] = []
        while True:
            if self._at_start:
                self._held = self._held.lstrip("\n")
                if not self._thinking and self._held.startswith(_OPEN):
                    # Some models open a block of their own accord.
                    self._held = self._held[len(_OPEN) :].lstrip("\n")
                    self._thinking = True
            marker = _CLOSE if self._thinking else _OPEN if self._at_start else None
            if self._thinking and _CLOSE in self._held:
                before, self._held = self._held.split(_CLOSE, 1)
                self._give(pieces, before.rstrip("\n"))
                self._thinking, self._at_start = False, True
                continue
            ready = len(self._held) if final else _safe_length(self._held, marker, self._thinking)
            if ready:
                self._give(pieces, self._held[:ready])
                self._held = self._held[ready:]
            return pieces

    def _give(self, pieces: list[Piece], text: str) -> None:
        if text:
            pieces.append(Piece(thinking=self._thinking, text=text))
            self._at_start = False


def _safe_length(text: str, marker: str | None, thinking: bool) -> int:
    """How much of the text cannot become part of the marker any more."""
    if marker is None:
        return len(text)
    for length in range(min(len(marker) - 1, len(text)), 0, -1):
        if text.endswith(marker[:length]):
            text = text[:-length]
            break
    # Newlines before </think> belong to the block's layout, not to the thought.
    return len(text.rstrip("\n")) if thinking else len(text)
