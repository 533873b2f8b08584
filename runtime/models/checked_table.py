"""Reads a TOML table that a person may have edited, and says where it is wrong."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


class WrongTable(ValueError):
    """A table is not as it should be; its text says where and what."""


class CheckedTable:
    """One table of a TOML file. What is not asked for by `finish` is a mistake too."""

    def __init__(self, content: object, where: str) -> None:
        """Take a table.

        Args:
            content: as the TOML reader gave it
            where: the table's place in the file, for people

        Raises:
            WrongTable: it is no table
        """
        self.where = where
        if not isinstance(content, dict):
            raise WrongTable(f"{where} must be a table")
        self._content: Mapping[str, object] = content
        self._asked: set[str] = set()

    def text(self, key: str, pattern: str = r"\S.*") -> str:
        """A text that matches a pattern as a whole."""
        value = self._get(key)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self._wrong(key, "must be a text such as the others have")
        return value

    def optional_text(self, key: str, pattern: str) -> str | None:
        """The same; None if it is not there."""
        return self.text(key, pattern) if key in self._content else None

    def whole(self, key: str, *, lowest: int = 1) -> int:
        """A whole number."""
        value = self._get(key)
        # True is an int to Python.
        if type(value) is not int or value < lowest:
            raise self._wrong(key, f"must be a whole number, at least {lowest}")
        return value

    def number(self, key: str, *, highest: float = 100.0) -> float:
        """A number, 0 or more."""
        value = self._get(key)
        if type(value) not in (int, float) or not 0 <= float(str(value)) <= highest:
            raise self._wrong(key, f"must be a number from 0 to {highest:g}")
        return float(str(value))

    def flag(self, key: str, *, otherwise: bool | None = None) -> bool:
        """True or false."""
        if otherwise is not None and key not in self._content:
            return otherwise
        value = self._get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, "must be true or false")
        return value

    def numbers(self) -> dict[str, float]:
        """All keys of a table that holds nothing but numbers."""
        return {key: self.number(key) for key in self._content}

    def table(self, key: str) -> "CheckedTable":
        """A table inside this one."""
        return CheckedTable(self._get(key), f"{self.where}, {key}")

    def each(self, key: str, read: Callable[["CheckedTable"], T]) -> tuple[T, ...]:
        """A list of tables, at least one, each read to its end."""
        items = self._get(key)
        if not isinstance(items, list) or not items:
            raise self._wrong(key, f"must be given as [[{key}]], at least once")
        values = []
        for number, item in enumerate(items, start=1):
            table = CheckedTable(item, f"{self.where}, {key} {number}".removeprefix(", "))
            values.append(read(table))
            table.finish()
        return tuple(values)

    def finish(self) -> None:
        """Refuse keys that nobody asked for: a misspelt one would be ignored in silence."""
        for key in self._content.keys() - self._asked:
            raise self._wrong(key, "is not known here")

    def _get(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._content:
            raise self._wrong(key, "is missing")
        return self._content[key]

    def _wrong(self, key: str, what: str) -> WrongTable:
        return WrongTable(f"{self.where}: “{key}” {what}".removeprefix(": "))
