"""The one place where SQLite's exceptions become Freshet's (result codes: sqlite.org/rescode.html)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.errors import StorageFull, StoreCorrupt, StoreError, StoreUnavailable

PUT_BACK = "put a copy of it back, or move it away to begin with an empty library"
FULL: tuple[type[StoreError], str] = (StorageFull, "cannot grow: the disk is full. Free some space and try again")
_MEANINGS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreUnavailable, "is locked by another program: end that, or wait for it"),
    sqlite3.SQLITE_LOCKED: (StoreUnavailable, "is locked"),
    sqlite3.SQLITE_INTERRUPT: (StoreUnavailable, "was closed while it was being read"),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, f"is damaged: {PUT_BACK}"),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, f"is damaged or no database: {PUT_BACK}"),
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,
    sqlite3.SQLITE_READONLY: (StoreError, "cannot be written to: see who may write to it and to its folder"),
    sqlite3.SQLITE_PERM: (StoreError, "may not be opened: see who may read and write it"),
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
    # The low byte is the primary code, the rest tells variants apart. One of them means something else than the others:
    # a database in WAL mode begins by making a file of fixed size beside it.
    code = getattr(error, "sqlite_errorcode", 0)
    kind, meaning = _MEANINGS.get(code) or _MEANINGS.get(code & 0xFF, (StoreError, f"failed: {error}"))
    return kind(f"The database file {path} {meaning}")
