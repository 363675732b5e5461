"""Connections to one database file: a writer behind a lock, and readers that are lent out and given back."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.errors import StoreCorrupt, StoreError, StoreUnavailable
from services.store.sqlite import schema
from services.store.sqlite.errors import PUT_BACK, mapped

_IDLE_READERS = 8
"""Readers kept open when nobody reads; more are opened while they are needed."""
_PAUSE = 0.01
"""Seconds between two attempts at what SQLite itself does not wait for."""
_SMALLEST_PAGE = 512
"""Bytes: no SQLite file is shorter, unless it is empty (sqlite.org/fileformat.html)."""


class Connections:
    """Opens the file, creating and migrating it where needed. Raises StoreError with a sentence that names it."""

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        _make_folder(path)
        _require_whole(path)
        with mapped(path):
            self._writer = self._open()
            try:
                self._prepare(self._writer)
                self._file = _identity(path)
            except BaseException:
                self._writer.close()
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction: all its SELECTs see one snapshot."""
        self._require_in_place()  # before a further connection would make an empty file
        with mapped(self._path):
            connection = self._borrow()
            try:
                with _transaction(connection, "BEGIN"):
                    yield connection
            finally:
                self._give_back(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writing connection inside a transaction that holds the database's write lock from its start."""
        if not self._writing.acquire(timeout=2 * self._busy_timeout):
            raise StoreUnavailable(f"The database file {self._path} is busy")
        try:
            self._require_open()
            with mapped(self._path), _transaction(self._writer, "BEGIN IMMEDIATE"):
                self._require_in_place()
                yield self._writer
        finally:
            self._writing.release()

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """A connection of the caller's own outside any transaction, closed at the end."""
        with mapped(self._path):
            self._require_open()
            connection = self._open()
            try:
                yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Close all connections; those lent out follow when they are given back."""
        with self._lock:
            already, self._closed = self._closed, True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if not already:
            with self._writing:
                self._writer.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # Asked first, so that a file of another program or version is left exactly as it is.
        with _transaction(connection, "BEGIN"):
            schema.is_current(connection, self._path)
        self._use_wal(connection)
        schema.migrate(connection, self._path)

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Switch a new file to write-ahead logging. SQLite does not wait for others that do the same: so we do."""
        for attempts_left in reversed(range(int(self._busy_timeout / _PAUSE) + 1)):
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not attempts_left:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            self._require_open()
            if self._idle:
                return self._idle.pop()
        reader = self._open()
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < _IDLE_READERS:
                self._idle.append(connection)
                return
        connection.close()

    def _require_in_place(self) -> None:
        """Raise StoreUnavailable if our file is no longer the one at its path: nobody else would see what it holds.

        SQLite goes on with a file that was moved or deleted under it, and says nothing in WAL mode
        (sqlite.org/howtocorrupt.html, section 2.4).
        """
        if _identity(self._path) != self._file:
            raise StoreUnavailable(
                f"The database file {self._path} has been moved, deleted or replaced while it was in use. "
                "Put it back, or restart Freshet to use what is there now"
            )

    def _require_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"The database file {self._path} has been closed")


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one at the same path; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # A full disk or damage may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder of the database file {path} cannot be created: {error.strerror}") from error


def _require_whole(path: Path) -> None:
    """Raise StoreCorrupt for a scrap shorter than any database, which SQLite would take for empty and overwrite."""
    if path.is_file() and 0 < path.stat().st_size < _SMALLEST_PAGE:
        raise StoreCorrupt(f"The database file {path} is damaged or no database: {PUT_BACK}")
