"""Reads what can still be read of a damaged store, row by row."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.chat.torn_pages import TornPages, readable

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the store.

    Attributes:
        key: the columns of its primary key
        has_rowid: whether it is stored by rowid, which then is its key
    """

    name: str
    key: tuple[str, ...]
    has_rowid: bool = True


class DamagedDatabase:
    """A damaged file, which is never changed; what cannot be read is left out.

    SQLite gives an error for a torn page only when a query comes to it. What the queries do
    not reach is looked for in each page by itself.
    """

    def __init__(self, path: Path) -> None:
        self._pages = TornPages(path)
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        self._connection.row_factory = sqlite3.Row
        self._connection.text_factory = readable

    def __enter__(self) -> "DamagedDatabase":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._pages.close()

    def rows(
        self, table: Table, columns: Sequence[str], is_sound: Callable[[Row], bool]
    ) -> Iterator[Row]:
        """Every readable row of a table, each once.

        Args:
            table: which
            columns: its columns in the newest version, in the order they are stored
            is_sound: whether a row holds what we once wrote, rather than what a torn page
                made up or another table has
        """
        seen = set()
        for row in self._rows(table, columns):
            key = tuple(row[name] for name in table.key)
            if key not in seen and is_sound(row):
                seen.add(key)
                yield row

    def _rows(self, table: Table, columns: Sequence[str]) -> Iterator[Row]:
        try:
            for row in self._connection.execute(f"SELECT * FROM {table.name}"):
                yield dict(row)
        except sqlite3.Error:
            yield from self._pages.rows(columns, key=table.key, has_rowid=table.has_rowid)

    def indexed(self, table: str, index: str, *columns: str) -> list[tuple[Any, ...]]:
        """What an index holds of its rows, whose pages may be torn, as far as it can be read."""
        found: list[tuple[Any, ...]] = []
        statement = f"SELECT {', '.join(columns)} FROM {table} INDEXED BY {index}"
        with suppress(sqlite3.Error):
            found.extend(tuple(row) for row in self._connection.execute(statement))
        return found

    def count(self, table: str) -> int | None:
        """How many rows the table had; None if that cannot be found out."""
        try:
            (number,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        except sqlite3.Error:
            return None
        return int(number)
