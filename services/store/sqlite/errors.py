"""The one place where SQLite's exceptions become Freshet's (result codes: sqlite.org/rescode.html)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.errors import StorageFull, StoreCorrupt, StoreError, StoreUnavailable

_MEANINGS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreUnavailable, "is locked by another program"),
    sqlite3.SQLITE_LOCKED: (StoreUnavailable, "is locked"),
    sqlite3.SQLITE_INTERRUPT: (StoreUnavailable, "was closed while it was being read"),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "is damaged"),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "is damaged or no database"),
    sqlite3.SQLITE_FULL: (StorageFull, "cannot grow: the disk is full"),
    sqlite3.SQLITE_READONLY: (StoreError, "cannot be written to"),
    sqlite3.SQLITE_PERM: (StoreError, "may not be opened"),
    sqlite3.SQLITE_CANTOPEN: (StoreError, "cannot be opened or created"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "could not be read or written by the system"),
}


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Raise SQLite's errors inside as StoreErrors that name the file at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    # The low byte is the primary code, the rest tells variants apart.
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    kind, meaning = _MEANINGS.get(primary, (StoreError, f"failed: {error}"))
    return kind(f"The database file {path} {meaning}")
