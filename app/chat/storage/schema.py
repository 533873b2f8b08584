"""The tables of the store, and how an older file is brought up to date."""

import sqlite3
from collections.abc import Sequence

from runtime.problems import Problem, RuntimeFailure

# What `detail` says of a store that was written by a newer program.
NEWER = "newer"

_FIRST = """
CREATE TABLE folders (
    folder_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
);

CREATE TABLE chats (
    chat_id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER REFERENCES folders ON DELETE SET NULL,
    title TEXT NOT NULL,
    current_leaf_id INTEGER REFERENCES turns ON DELETE SET NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    deleted_at INTEGER
);
CREATE INDEX chats_listed ON chats (changed_at) WHERE deleted_at IS NULL;
CREATE INDEX chats_by_folder ON chats (folder_id);
CREATE INDEX chats_by_leaf ON chats (current_leaf_id);

-- A parent is not deleted in a cascade: a long chat is deeper than SQLite's trigger limit.
CREATE TABLE turns (
    turn_id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
    parent_id INTEGER REFERENCES turns DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    thinking TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    problem TEXT,
    detail TEXT NOT NULL DEFAULT '',
    model_name TEXT NOT NULL DEFAULT '',
    tokens_prompt INTEGER,
    tokens_reused INTEGER,
    tokens_read INTEGER,
    tokens_pictures INTEGER,
    tokens_generated INTEGER,
    seconds_pictures REAL,
    seconds_prefill REAL,
    seconds_first_token REAL,
    seconds_total REAL,
    created_at INTEGER NOT NULL
);
CREATE INDEX turns_by_chat ON turns (chat_id);
CREATE INDEX turns_by_parent ON turns (parent_id);
CREATE INDEX turns_open ON turns (state) WHERE state IN ('queued', 'reading', 'writing');

CREATE TABLE attachments (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    suffix TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    duration_s REAL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE turn_attachments (
    turn_id INTEGER NOT NULL REFERENCES turns ON DELETE CASCADE,
    position INTEGER NOT NULL,
    digest TEXT NOT NULL REFERENCES attachments,
    name TEXT NOT NULL,
    PRIMARY KEY (turn_id, position)
) WITHOUT ROWID;
CREATE INDEX turn_attachments_by_digest ON turn_attachments (digest);

CREATE VIRTUAL TABLE turns_search USING fts5 (
    text, content = 'turns', content_rowid = 'turn_id', tokenize = 'unicode61'
);

-- A turn is searchable once it is closed, so an answer that streams is indexed once.
CREATE TRIGGER turns_search_insert AFTER INSERT ON turns
WHEN new.state NOT IN ('queued', 'reading', 'writing')
BEGIN
    INSERT INTO turns_search (rowid, text) VALUES (new.turn_id, new.text);
END;
CREATE TRIGGER turns_search_delete AFTER DELETE ON turns
WHEN old.state NOT IN ('queued', 'reading', 'writing')
BEGIN
    INSERT INTO turns_search (turns_search, rowid, text) VALUES ('delete', old.turn_id, old.text);
END;
CREATE TRIGGER turns_search_leave AFTER UPDATE OF text, state ON turns
WHEN old.state NOT IN ('queued', 'reading', 'writing')
BEGIN
    INSERT INTO turns_search (turns_search, rowid, text) VALUES ('delete', old.turn_id, old.text);
END;
CREATE TRIGGER turns_search_enter AFTER UPDATE OF text, state ON turns
WHEN new.state NOT IN ('queued', 'reading', 'writing')
BEGIN
    INSERT INTO turns_search (rowid, text) VALUES (new.turn_id, new.text);
END;
"""

# How many passes of the model an answer took, since several tokens may come of one.
_COUNT_PASSES = """
ALTER TABLE turns ADD COLUMN tokens_passes INTEGER NOT NULL DEFAULT 0;
"""

# Two triggers on one update ran in the wrong order, so that answers which were saved again
# after their end went missing from the index. Their content is a view now: FTS5 compares the
# index with its content table, which must not hold turns that are still written.
_SEARCH_CLOSED_TURNS = """
DROP TRIGGER turns_search_insert;
DROP TRIGGER turns_search_delete;
DROP TRIGGER turns_search_leave;
DROP TRIGGER turns_search_enter;
DROP TABLE turns_search;

CREATE VIEW closed_turns AS
SELECT turn_id, text FROM turns WHERE state NOT IN ('queued', 'reading', 'writing');

CREATE VIRTUAL TABLE turns_search USING fts5 (
    text, content = 'closed_turns', content_rowid = 'turn_id', tokenize = 'unicode61'
);
INSERT INTO turns_search (turns_search) VALUES ('rebuild');

CREATE TRIGGER turns_search_insert AFTER INSERT ON turns
WHEN new.state NOT IN ('queued', 'reading', 'writing')
BEGIN
    INSERT INTO turns_search (rowid, text) VALUES (new.turn_id, new.text);
END;
CREATE TRIGGER turns_search_delete AFTER DELETE ON turns
WHEN old.state NOT IN ('queued', 'reading', 'writing')
BEGIN
    INSERT INTO turns_search (turns_search, rowid, text) VALUES ('delete', old.turn_id, old.text);
END;
CREATE TRIGGER turns_search_update AFTER UPDATE OF text, state ON turns
BEGIN
    INSERT INTO turns_search (turns_search, rowid, text)
    SELECT 'delete', old.turn_id, old.text
    WHERE old.state NOT IN ('queued', 'reading', 'writing');
    INSERT INTO turns_search (rowid, text)
    SELECT new.turn_id, new.text
    WHERE new.state NOT IN ('queued', 'reading', 'writing');
END;
"""

# What the store knows about itself, such as when it was made.
_STORE_PROPERTIES = """
CREATE TABLE store_properties (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
"""

# The script at index n brings version n to version n + 1. A script that was released
# never changes; a new one is added.
MIGRATIONS: tuple[str, ...] = (
    _FIRST,
    _COUNT_PASSES,
    _SEARCH_CLOSED_TURNS,
    _STORE_PROPERTIES,
)


def schema_version(connection: sqlite3.Connection) -> int:
    """Which version of the tables a file has; 0 is an empty file."""
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def is_newest(connection: sqlite3.Connection) -> bool:
    """Whether a file has the tables that this program reads."""
    return schema_version(connection) == len(MIGRATIONS)


def upgrade(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring a file to the newest version, each step wholly or not at all.

    Raises:
        RuntimeFailure: a newer program wrote the file
    """
    version = schema_version(connection)
    if version > len(migrations):
        raise RuntimeFailure(Problem.STORE_UNREADABLE, NEWER)
    for number, script in enumerate(migrations[version:], start=version + 1):
        # executescript() commits what is open, so the script brings its own transaction.
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
