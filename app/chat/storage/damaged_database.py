"""Reads rows out of single pages of a damaged SQLite file, when the way to them is torn.

A table is a tree of pages. Where a page above is torn, those below it hold their rows as
before. So a copy of the file gets a first page that names one leaf after the other as the
whole of a table, and SQLite itself reads what is in it.
 | Reads what can still be read of a damaged store, row by row.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# https://www.sqlite.org/fileformat.html, §1.3 and §1.6: the header is the first 100 bytes;
# the first byte of another page says what it is.
_HEADER_BYTES = 100
_PAGE_SIZE_AT = 16
_PAGE_COUNT_AT = 28
_TABLE_LEAF = 0x0D
_INDEX_LEAF = 0x0A
_USUAL_PAGE_BYTES = 4096
# Written where the root page is named, and found there again: four bytes in any case.
_ANY_ROOT = 0x51DE61A7

Row = Mapping[str, Any]


class TornPages:
    """The leaves of a damaged file, in a copy of it."""

    def __init__(self, damaged: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sideglance-recovery-")
        self._copy = Path(self._folder.name) / "copy.db"
        shutil.copy(damaged, self._copy)
        log = damaged.with_name(damaged.name + "-wal")
        if log.exists():
            shutil.copy(log, self._copy.with_name(self._copy.name + "-wal"))
            self._take_in_the_log()
        self._page_bytes = _page_bytes(self._copy)

    def close(self) -> None:
        """Delete the copy."""
        self._folder.cleanup()

    def rows(
        self, columns: Sequence[str], *, key: Sequence[str], has_rowid: bool
    ) -> Iterator[dict[str, Any]]:
        """Rows of every leaf, read as if they were of one table; also those of all others.

        Args:
            columns: the names of the table's columns, in the order they are stored
            key: its primary key
            has_rowid: whether it is a table with rowids
        """
        statement = _table_statement(columns, key, has_rowid=has_rowid)
        first_page = self._first_page(statement)
        for number in self._pages_of_kind(_TABLE_LEAF if has_rowid else _INDEX_LEAF):
            with self._copy.open("r+b") as file:
                root = number.to_bytes(4, "big")
                file.write(first_page.replace(_ANY_ROOT.to_bytes(4, "big"), root))
            yield from self._read()

    def _pages_of_kind(self, kind: int) -> list[int]:
        size = self._page_bytes
        numbers = []
        with self._copy.open("rb") as file:
            for number in range(2, self._count() + 1):
                file.seek((number - 1) * size)
                if file.read(1) == bytes([kind]):
                    numbers.append(number)
        return numbers

    def _count(self) -> int:
        return self._copy.stat().st_size // self._page_bytes

    def _read(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        uri = f"{self._copy.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection, suppress(sqlite3.Error):
            connection.row_factory = sqlite3.Row
            connection.text_factory = readable
            rows.extend(dict(row) for row in connection.execute("SELECT * FROM torn"))
        return rows

    def _first_page(self, statement: str) -> bytes:
        """The first page of a database that has nothing but this table."""
        path = self._copy.with_name("new.db")
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size = {self._page_bytes}")
            connection.execute(statement)
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET rootpage = ?", (_ANY_ROOT,))
        page = bytearray(path.read_bytes()[: self._page_bytes])
        page[_PAGE_COUNT_AT : _PAGE_COUNT_AT + 4] = self._count().to_bytes(4, "big")
        return bytes(page)

    def _take_in_the_log(self) -> None:
        """Write the copy's log into it, as far as the file lets SQLite do so."""
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._copy)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        for tail in ("-wal", "-shm"):
            self._copy.with_name(self._copy.name + tail).unlink(missing_ok=True)


def readable(raw: bytes) -> str:
    """A text as SQLite stores it; in a torn page it need not be UTF-8."""
    return raw.decode("utf-8", "replace")


def _table_statement(columns: Sequence[str], key: Sequence[str], *, has_rowid: bool) -> str:
    if has_rowid:
        (name,) = key
        parts = [f"{each} INTEGER PRIMARY KEY" if each == name else each for each in columns]
        return f"CREATE TABLE torn ({', '.join(parts)})"
    return f"CREATE TABLE torn ({', '.join(columns)}, PRIMARY KEY ({', '.join(key)})) WITHOUT ROWID"


def _page_bytes(path: Path) -> int:
    """The size of the file's pages; the usual one if the first page is lost."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    size = int.from_bytes(header[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
    # 1 stands for 65,536, which two bytes cannot hold.
    size = 65536 if size == 1 else size
    is_power = size >= 512 and size & (size - 1) == 0
    return size if is_power else _USUAL_PAGE_BYTES


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
