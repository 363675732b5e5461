"""Branches of the history: what tells a file from a copy of it that went its own way.

A copy has the database's id and its sequence numbers, and once put back, it uses those of the lost future again. So
whoever opens the file begins a branch, a random name at the sequence number of that time, and a watermark names the
branch it was taken on. It still holds while the file knows that branch, and no later one began before it.
"""

from __future__ import annotations

import sqlite3

REMEMBERED = 1_000
"""Branches, the latest: a watermark of an older one is refused."""

TABLE = "CREATE TABLE branches (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, began INTEGER NOT NULL)"
LATEST = "(SELECT name FROM branches ORDER BY number DESC LIMIT 1)"


def begin_branch(connection: sqlite3.Connection, at: int | None = None) -> None:
    """From here on, or from the sequence number `at`; inside a write transaction."""
    connection.execute(
        "INSERT INTO branches (name, began) SELECT lower(hex(randomblob(8))), coalesce(?, sequence) FROM head", (at,)
    )
    connection.execute("DELETE FROM branches WHERE number <= (SELECT max(number) FROM branches) - ?", (REMEMBERED,))


def leads_here(connection: sqlite3.Connection, branch: str, sequence: int) -> bool:
    """Whether the commit number `sequence` of `branch` is part of this file's history."""
    row = connection.execute(
        "SELECT (SELECT began FROM branches AS later WHERE later.number > mine.number ORDER BY number LIMIT 1) "
        "FROM branches AS mine WHERE name = ?",
        (branch,),
    ).fetchone()
    return row is not None and (row[0] is None or row[0] >= sequence)
