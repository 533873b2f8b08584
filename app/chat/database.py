"""The SQLite file behind the store: opening it, transactions, and what its errors mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import log
from app.chat.schema import upgrade
from app.safe_file import writing_failure
from runtime.problems import Problem, RuntimeFailure

# What `detail` says of a store whose content is broken.
DAMAGED = "damaged"

_BUSY_TIMEOUT_MS = 5000
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDatabase:
    """A file that is ready for use.

    Attributes:
        moved_aside: where the damaged file that was in its place is now
    """

    connection: sqlite3.Connection
    moved_aside: Path | None = None


def open_database(path: Path, now: datetime) -> OpenedDatabase:
    """Open the file, bring it up to date, and begin a new one if it is damaged.

    Raises:
        RuntimeFailure: a newer program wrote it, or it cannot be opened or written
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise writing_failure(error) from error
    try:
        return OpenedDatabase(connection=_open(path))
    except RuntimeFailure as failure:
        if failure.detail != DAMAGED:
            raise
    moved_aside = _move_aside(path, now)
    log.store.warning("a damaged store was moved aside")
    return OpenedDatabase(connection=_open(path), moved_aside=moved_aside)


@contextmanager
def errors_named() -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _failure(error) from error


@contextmanager
def transaction(connection: sqlite3.Connection, *, durable: bool = False) -> Iterator[None]:
    """Everything inside is written, or nothing.

    A durable transaction survives a power cut the moment it ends; others may lose their
    last moments, never their order.
    """
    with errors_named():
        if durable:
            connection.execute("PRAGMA synchronous = FULL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            finally:
                # Some errors, a full disk among them, have rolled back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        finally:
            if durable:
                connection.execute("PRAGMA synchronous = NORMAL")


def _open(path: Path) -> sqlite3.Connection:
    with errors_named():
        connection = sqlite3.connect(path, isolation_level=None)
    try:
        with errors_named():
            connection.row_factory = sqlite3.Row
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise RuntimeFailure(Problem.STORE_UNREADABLE, DAMAGED)
            upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _move_aside(path: Path, now: datetime) -> Path:
    stem = f"{path.name}.damaged-{now:%Y%m%d-%H%M%S}"
    number = 0
    while (target := path.with_name(f"{stem}-{number}" if number else stem)).exists():
        number += 1
    try:
        path.replace(target)
        # The log belongs to the damaged file: beside a new one it would be read into it.
        for tail in ("-wal", "-shm"):
            log_file = path.with_name(path.name + tail)
            if log_file.exists():
                log_file.replace(target.with_name(target.name + tail))
    except OSError as error:
        raise writing_failure(error) from error
    return target


def _failure(error: sqlite3.Error) -> RuntimeFailure:
    # The lowest byte is the kind of error, the rest says more about it.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return RuntimeFailure(Problem.DISK_FULL)
    if code in _DAMAGE:
        return RuntimeFailure(Problem.STORE_UNREADABLE, DAMAGED)
    return RuntimeFailure(
        Problem.STORE_UNREADABLE, getattr(error, "sqlite_errorname", type(error).__name__)
    )
