"""The comparison as a table for people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.peer.measuring import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a row means.

    Attributes:
        pattern: of the row's name
        title: in words
        limit: what the ratio shall be; at least it for speeds, at most it for everything else
    """

    pattern: str
    title: str
    limit: float | None = None


_KINDS = (
    Kind(pattern="a 600", title="(a) first token, new prompt of 600 tokens"),
    Kind(pattern="a 4000", title="(a) first token, new prompt of 4,000 tokens"),
    Kind(pattern="b", title="(b) follow-up, typed", limit=1.0),
    Kind(pattern="b pasted", title="(b) follow-up, pasted", limit=1.0),
    Kind(pattern="b at once", title="(b) follow-up with no pause before it"),
    Kind(pattern="c", title="(c) picture dropped, question typed", limit=0.1),
    Kind(pattern="c at once", title="(c) picture sent with its question, no typing"),
    Kind(pattern="d", title="(d) follow-up to the picture, typed", limit=1.0),
    Kind(pattern="e", title="(e) follow-up after a thinking answer, typed", limit=0.5),
    Kind(pattern="f", title="(f) regenerate", limit=0.2),
    Kind(pattern="f picture", title="(f) regenerate, in a chat about a picture", limit=0.2),
    Kind(pattern="g", title="(g) edit of the turn before last, typed", limit=0.5),
    Kind(pattern="g pasted", title="(g) the same, pasted", limit=0.5),
    Kind(pattern="g picture", title="(g) edit of the first question to a picture", limit=0.5),
    Kind(pattern="h", title="(h) to another chat and back, typed", limit=0.2),
    Kind(pattern="i", title="(i) quit, start, open the chat, ask, typed", limit=0.1),
    Kind(pattern="j reading, tokens/s", title="(j) reading speed", limit=0.97),
    Kind(pattern="j writing, tokens/s", title="(j) writing speed", limit=0.97),
    Kind(
        pattern="j writing after 4000, tokens/s",
        title="(j) writing speed after 4,000 tokens",
        limit=0.97,
    ),
    Kind(pattern="k peak memory, MiB (.*)", title="(k) peak memory {}", limit=1.0),
    Kind(pattern="l reading", title="(l) stop while reading, until free"),
    Kind(pattern="l writing", title="(l) stop while writing, until free"),
    Kind(pattern="m (.*)", title="(m) follow-up in a conversation of {} tokens"),
)
HEAD = ("case", "Sideglance", "llama.cpp server", "ratio", "goal", "tokens read")


def cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """The table, cell by cell, in the order of the issue's letters."""
    lines: list[tuple[str, ...]] = []
    for kind in _KINDS:
        matching = [(row, re.fullmatch(kind.pattern, row.name)) for row in rows]
        found = [(row, match) for row, match in matching if match]
        for row, match in sorted(found, key=lambda pair: _size(pair[0].name)):
            lines.append(
                (
                    kind.title.format(*match.groups()),
                    _amount(row.name, row.our_median),
                    _amount(row.name, row.their_median),
                    f"{row.ratio:.2f}",
                    _goal(kind, row),
                    " / ".join(map(str, row.tokens_read or ())),
                )
            )
    return lines


def plain(rows: Sequence[Row]) -> str:
    """For a terminal."""
    lines = [HEAD, *cells(rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def markdown(rows: Sequence[Row]) -> str:
    """For docs/performance.md."""
    lines = [HEAD, ("---", *["---:"] * (len(HEAD) - 1)), *cells(rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _goal(kind: Kind, row: Row) -> str:
    if kind.limit is None:
        return ""
    if "tokens/s" in row.name:
        met, sign = row.ratio >= kind.limit, "≥"
    else:
        met, sign = row.ratio <= kind.limit, "≤"
    return f"{sign} {kind.limit}{'' if met else ', missed'}"


def _amount(name: str, value: float) -> str:
    if "tokens/s" in name:
        return f"{value:.1f} tokens/s"
    if "MiB" in name:
        return f"{value:.0f} MiB"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _size(name: str) -> int:
    digits = re.findall(r"\d+", name)
    return int(digits[-1]) if digits else 0
