"""Kills the listening of a store for real: what it hears of commits by breaks, and it has to notice and begin anew.

On Firestore the streams of changes end as with a broken connection. On SQLite every connection that is used for
watching turns out to be closed; reads and commits for others go on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from services.store.protocol import Store
from services.store.sqlite import SqliteStore


class Line(Protocol):
    """What a store hears of commits by."""

    def cut(self) -> None:
        """Break it, from any thread."""

    def mend(self) -> None:
        """Let a new one hold."""


def line_of(store: Store) -> Line:
    """The line of a store that watches nothing yet."""
    if isinstance(store, SqliteStore):
        line = _SqliteLine(store._feed._connections)
        store._feed._connections = cast(Any, line)
        return line
    return _FirestoreLine(cast(Any, store)._client.ears)


class _FirestoreLine:
    """A stream that was cancelled is replaced at once, over a connection that works."""

    def __init__(self, ears: Any) -> None:
        self._ears = ears

    def cut(self) -> None:
        self._ears.break_current()

    def mend(self) -> None:
        pass


class _SqliteLine:
    """Stands in for the store's connections where its feed uses them."""

    def __init__(self, connections: Any) -> None:
        self._connections = connections
        self._is_cut = False

    def cut(self) -> None:
        self._is_cut = True

    def mend(self) -> None:
        self._is_cut = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """For a look at what is new. A closed one must not come among those that others borrow."""
        if self._is_cut:
            with self._connections.alone() as connection:
                connection.close()
                yield connection
            return
        with self._connections.read() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[_Watched]:
        """For the poller, which holds it for as long as it works."""
        with self._connections.alone() as connection:
            yield _Watched(connection, self)

    def close_if_cut(self, connection: sqlite3.Connection) -> None:
        """By the thread that uses it: SQLite forbids to close it under another."""
        if self._is_cut:
            connection.close()


class _Watched:
    def __init__(self, connection: sqlite3.Connection, line: _SqliteLine) -> None:
        self._connection, self._line = connection, line

    def execute(self, statement: str) -> sqlite3.Cursor:
        self._line.close_if_cut(self._connection)
        return self._connection.execute(statement)
