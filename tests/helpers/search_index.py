"""Whether the full-text index says what the turns say."""

import sqlite3


def check_search_index(connection: sqlite3.Connection) -> None:
    """Compare the index with the turns; at rank 0 SQLite looks at the index alone.

    Raises:
        sqlite3.DatabaseError: they differ
    """
    connection.execute(
        "INSERT INTO turns_search (turns_search, rank) VALUES ('integrity-check', 1)"
    )
