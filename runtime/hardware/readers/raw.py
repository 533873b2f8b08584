"""Values out of recorded output that may be anything: pure."""

from collections.abc import Iterator, Mapping

_LARGEST = 1 << 64


def fields(value: object) -> Mapping[str, object]:
    """A value as fields, empty if it has none."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> Iterator[Mapping[str, object]]:
    """The entries of a list that have fields."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def text(value: object) -> str:
    """A value as one line of text, "" if it is none."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def lines(value: object) -> list[str]:
    """A value as lines, none if it is no text."""
    return value.splitlines() if isinstance(value, str) else []


def number(value: object) -> int | None:
    """A value as a whole number from 0 to 2^64, also out of text and of 0x… hexadecimal."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= _LARGEST else None
    if isinstance(value, float):
        return int(value) if 0 <= value <= _LARGEST else None
    word = text(value).lower()
    # Python reads long runs of digits slowly, and "١٢" as well.
    if not word.isascii() or len(word) > 20:
        return None
    digits, base = (word[2:], 16) if word.startswith("0x") else (word, 10)
    try:
        found = int(digits, base) if digits.isalnum() else None
    except ValueError:
        return None
    return None if found is None or found > _LARGEST else found
