"""The SQLite file behind the store: opening it, transactions, and what its errors mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.chat.storage.records import Recovered
from app.chat.storage.recovery import recover
from app.chat.storage.schema import is_newest, schema_version, upgrade
from app.platform import log
from runtime.problems import Problem, RuntimeFailure
from runtime.safe_file import file_failure

# What `detail` says of a store whose content is broken.
DAMAGED = "damaged"

_BUSY_TIMEOUT_MS = 5000
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED_NAME = ".damaged-"
# What SQLite keeps beside a file: its log, and the index of that.
_TAILS = ("-wal", "-shm")
# What was read of a damaged file, until it takes that file's place.
_RECOVERED_NAME = ".recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDatabase:
    """A file that is ready for use.

    Attributes:
        is_new: whether there was no file before, or a damaged one
        is_read_only: whether the disk is too full to write anything
        moved_aside: where the damaged file that was in its place is now
        recovered: what came back of the damaged file
    """

    connection: sqlite3.Connection
    is_new: bool = False
    is_read_only: bool = False
    moved_aside: Path | None = None
    recovered: Recovered | None = None


def open_database(path: Path, now: datetime) -> OpenedDatabase:
    """Open the file and bring it up to date.

    If the file is damaged, a new one is begun with what can still be read of it. If the disk
    is full, the file is opened for reading only.

    Raises:
        RuntimeFailure: a newer program wrote it, another program has it, or it cannot be
            opened or written
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise file_failure(error) from error
    # The program may have ended between putting the damaged file aside and this.
    _take_recovered(path)
    try:
        return _open(path)
    except RuntimeFailure as failure:
        if failure.problem is Problem.DISK_FULL:
            return _open_for_reading(path, failure)
        if failure.detail != DAMAGED:
            raise
    return _begin_anew(path, now)


def damaged_files(path: Path) -> list[Path]:
    """The damaged files that were moved aside for the one at `path`."""
    return sorted(path.parent.glob(f"{path.name}{_DAMAGED_NAME}*"))


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


def checkpoint(connection: sqlite3.Connection) -> None:
    """Write the log back into the file and empty it: what was deleted stands in neither."""
    with errors_named():
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _open(path: Path) -> OpenedDatabase:
    with errors_named():
        connection = sqlite3.connect(path, isolation_level=None)
    try:
        with errors_named():
            _prepare(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA foreign_keys = ON")
            _check(connection)
            is_new = schema_version(connection) == 0
            upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return OpenedDatabase(connection=connection, is_new=is_new)


def _open_for_reading(path: Path, failure: RuntimeFailure) -> OpenedDatabase:
    """Open a file on a full disk, where even SQLite's shared memory finds no space."""
    if not path.exists():
        raise failure
    with errors_named():
        connection = sqlite3.connect(path, isolation_level=None)
    try:
        with errors_named():
            _prepare(connection)
            # Who is alone with a file keeps the index of its log in memory of their own.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA query_only = ON")
            _check(connection)
            if not is_newest(connection):
                # The tables of an older program are not those that we read.
                raise failure
    except BaseException:
        connection.close()
        raise
    log.store.info("the disk is full: the store is read only")
    return OpenedDatabase(connection=connection, is_read_only=True)


def _begin_anew(path: Path, now: datetime) -> OpenedDatabase:
    """Copy what can be read into a new file, and put that in the place of the damaged one."""
    aside = path.with_name(path.name + _RECOVERED_NAME)
    _delete_database(aside)
    opened = _open(aside)
    try:
        with transaction(opened.connection):
            recovered = recover(path, opened.connection)
        checkpoint(opened.connection)
    finally:
        opened.connection.close()
    moved_aside = _move_aside(path, now)
    _take_recovered(path)
    log.store.warning("a damaged store was moved aside; %d turns came back", recovered.turns)
    return replace(_open(path), is_new=True, moved_aside=moved_aside, recovered=recovered)


def _take_recovered(path: Path) -> None:
    """Give the new file its name; without a file of that name it is complete."""
    aside = path.with_name(path.name + _RECOVERED_NAME)
    if path.exists() or not aside.exists():
        return
    damaged = [each for each in damaged_files(path) if not each.name.endswith(_TAILS)]
    try:
        if damaged:
            # The program may have ended before the damaged file's log had followed it.
            _move_tails(path, damaged[-1])
        aside.replace(path)
    except OSError as error:
        raise file_failure(error) from error


def _delete_database(path: Path) -> None:
    try:
        for tail in ("", *_TAILS):
            path.with_name(path.name + tail).unlink(missing_ok=True)
    except OSError as error:
        raise file_failure(error) from error


def _prepare(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")


def _check(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise RuntimeFailure(Problem.STORE_UNREADABLE, DAMAGED)


def _move_aside(path: Path, now: datetime) -> Path:
    stem = f"{path.name}{_DAMAGED_NAME}{now:%Y%m%d-%H%M%S}"
    number = 0
    while (target := path.with_name(f"{stem}-{number}" if number else stem)).exists():
        number += 1
    try:
        path.replace(target)
        _move_tails(path, target)
    except OSError as error:
        raise file_failure(error) from error
    return target


def _move_tails(path: Path, target: Path) -> None:
    """Have the log follow its file: beside a new one it would be read into that."""
    for tail in _TAILS:
        log_file = path.with_name(path.name + tail)
        if log_file.exists():
            log_file.replace(target.with_name(target.name + tail))


def _failure(error: sqlite3.Error) -> RuntimeFailure:
    code = getattr(error, "sqlite_errorcode", 0)
    # The lowest byte is the kind of error, the rest says more about it.
    kind = code & 0xFF
    if kind == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return RuntimeFailure(Problem.DISK_FULL)
    if kind in _DAMAGE:
        return RuntimeFailure(Problem.STORE_UNREADABLE, DAMAGED)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return RuntimeFailure(Problem.STORE_BUSY if kind in _BUSY else Problem.STORE_UNREADABLE, name)
