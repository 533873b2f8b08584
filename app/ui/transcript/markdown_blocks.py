"""Cuts Markdown into pieces that can be shown one by one: pure."""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^( {0,3})(`{3,}|~{3,})\s*([^\s`]*)[^`]*$")
_INNER_FENCE = re.compile(r"^\s{4,}(`{3,}|~{3,})")
# A line that may belong to the list, table or quotation before the blank line.
_CONTINUES = re.compile(r"^(\s|[-+*>|]|\d+[.)])")

# Prose is only cut when this long, so that a usual answer can be selected in one go.
PROSE_LENGTH = 2500


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Markdown without fenced code at its top level."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A fenced code block, without its fences."""

    language: str
    text: str


Block = Prose | Code


def split_blocks(text: str, *, prose_length: int = PROSE_LENGTH) -> tuple[Block, ...]:
    """Cut an answer so that text added at its end changes only the last blocks."""
    blocks: list[Block] = []
    lines = text.splitlines()
    start = row = 0
    while row < len(lines):
        opening = _FENCE.match(lines[row])
        if opening:
            _add_prose(blocks, lines[start:row], prose_length)
            end = _closing_row(lines, row, opening[2])
            blocks.append(_code(lines[row + 1 : end], opening))
            start = row = end + 1
        else:
            row = _after_inner_fence(lines, row)
    _add_prose(blocks, lines[start:], prose_length)
    return tuple(blocks)


def _code(lines: list[str], opening: re.Match[str]) -> Code:
    indent = opening[1]
    return Code(language=opening[3], text="\n".join(line.removeprefix(indent) for line in lines))


def _closing_row(lines: list[str], opening_row: int, fence: str) -> int:
    """The row that ends a fence; the end of the text while it still streams in."""
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    rows = range(opening_row + 1, len(lines))
    return next((row for row in rows if closing.match(lines[row])), len(lines))


def _after_inner_fence(lines: list[str], row: int) -> int:
    """The next row to look at, past code that belongs to a list item."""
    inner = _INNER_FENCE.match(lines[row])
    return (_closing_row(lines, row, inner[1]) if inner else row) + 1


def _add_prose(blocks: list[Block], lines: list[str], prose_length: int) -> None:
    start = length = 0
    for row, line in enumerate(lines):
        length += len(line) + 1
        if length > prose_length and _may_cut_after(lines, row):
            _add_lines(blocks, lines[start : row + 1])
            start, length = row + 1, 0
    _add_lines(blocks, lines[start:])


def _may_cut_after(lines: list[str], row: int) -> bool:
    following = lines[row + 1] if row + 1 < len(lines) else ""
    return not lines[row].strip() and bool(following) and not _CONTINUES.match(following)


def _add_lines(blocks: list[Block], lines: list[str]) -> None:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        blocks.append(Prose(text=text))
