"""The newest snapshots on local disk, so that a page has something to paint after a restart while the store is away.

A cache and nothing more: whatever goes wrong with the file costs what it held and is logged, and no caller hears of
it. It is bound to one database (`source`), each row to one user. Only remote stores need it: an embedded one is as
near as this file.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from services.freshness.merge import Held
from services.freshness.policy import ContentKind
from services.log import log_event
from services.models import MediaItem, MediaQuery
from services.store.times import from_micros, to_micros

T = TypeVar("T")

MOST_BYTES = 64 * 2**20
"""Compressed items that are kept, some hundred thousands of them; the least recently used views go first."""
_LAYOUT = 4
"""Goes up with every change of the table or of how a row is read; a file of another layout is begun anew."""
_TABLE = """
CREATE TABLE views (
    user_id TEXT NOT NULL,
    query TEXT NOT NULL,
    kinds TEXT NOT NULL,       -- space-separated
    version TEXT NOT NULL,     -- of the snapshot the items are from
    fetched_at INTEGER,        -- microseconds since 1970, as all times here
    updated_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    watermark TEXT NOT NULL,
    newest TEXT NOT NULL,
    cursor TEXT,
    searched_to TEXT,          -- a time in ISO 8601, or in the order of titles the beginning of one
    items BLOB NOT NULL,       -- JSON, zlib
    PRIMARY KEY (user_id, query)
)
"""
_FIGURES = "CREATE TABLE figures (user_id TEXT PRIMARY KEY, as_of INTEGER NOT NULL, text TEXT NOT NULL)"
"""What people's items take up, as usages.py writes it."""
Row = tuple[str, str, int | None, int, int, str, str, str | None, str | None, bytes]
"""kinds, version, fetched_at, updated_at, as_of, watermark, newest, cursor, searched_to, items"""
_items = TypeAdapter(tuple[MediaItem, ...])


@dataclass(frozen=True)
class Kept:
    """A view as it is kept. `fetched_at` is when the store last answered, `updated_at` when the items last changed."""

    user_id: str
    query: MediaQuery
    kinds: frozenset[ContentKind]
    version: str
    fetched_at: datetime | None
    updated_at: datetime
    as_of: datetime
    watermark: str
    held: Held
    newest: str = ""


class DiskCache:
    """One SQLite file. Threads may share it; a call lasts some milliseconds."""

    def __init__(self, path: Path, *, source: str, max_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._source = source
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        with self._lock:
            self._open_or_begin_anew()

    def load(self, user_id: str, query: MediaQuery, now: datetime) -> Kept | None:
        """What is kept of a user's query."""

        def select(connection: sqlite3.Connection) -> Row | None:
            connection.execute(
                "UPDATE views SET used_at = ? WHERE user_id = ? AND query = ?", (to_micros(now), user_id, query.key)
            )
            row: Row | None = connection.execute(
                "SELECT kinds, version, fetched_at, updated_at, as_of, watermark, newest, cursor, searched_to, items "
                "FROM views WHERE user_id = ? AND query = ?",
                (user_id, query.key),
            ).fetchone()
            return row

        row = self._try(select, None)
        if row is None:
            return None
        try:
            return _kept(user_id, query, row)
        except (ValidationError, zlib.error, ValueError, TypeError, OverflowError) as error:
            log_event("cache.row_discarded", logging.WARNING, error=type(error).__name__)
            self.forget(user_id, query)
            return None

    def save(self, kept: Kept, now: datetime) -> None:
        """Keep `kept` in place of what was known of its view."""
        row = _row(kept, now, zlib.compress(_items.dump_json(kept.held.items), 1))

        def replace(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO views (user_id, query, kinds, version, fetched_at, updated_at, used_at, as_of, "
                "watermark, newest, cursor, searched_to, items) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            _trim(connection, self._max_bytes)

        self._try(replace, None)

    def confirm(self, kept: Kept, now: datetime) -> bool:
        """Note that the store was asked again and answered the same; False if those items are not kept."""

        def update(connection: sqlite3.Connection) -> bool:
            fetched_at = None if kept.fetched_at is None else to_micros(kept.fetched_at)
            cursor = connection.execute(
                "UPDATE views SET fetched_at = ?, kinds = ?, as_of = ?, watermark = ?, newest = ?, used_at = ? "
                "WHERE user_id = ? AND query = ? AND version = ?",
                (
                    fetched_at, " ".join(sorted(kept.kinds)), to_micros(kept.as_of), kept.watermark, kept.newest,
                    to_micros(now), kept.user_id, kept.query.key, kept.version,
                ),
            )  # fmt: skip
            return cursor.rowcount == 1

        return self._try(update, True)

    def forget(self, user_id: str, query: MediaQuery) -> None:
        """Keep nothing of a view."""

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM views WHERE user_id = ? AND query = ?", (user_id, query.key))

        self._try(delete, None)

    def fetched(self, kind: ContentKind) -> list[tuple[str, MediaQuery, datetime | None]]:
        """The kept views of `kind`: whose, which, and when the store last answered."""

        def select(connection: sqlite3.Connection) -> list[tuple[str, str, str, int | None]]:
            return connection.execute("SELECT user_id, query, kinds, fetched_at FROM views").fetchall()

        nothing: list[tuple[str, str, str, int | None]] = []
        found = []
        for user_id, query, kinds, fetched_at in self._try(select, nothing):
            if kind in kinds.split():
                time = None if fetched_at is None else from_micros(fetched_at)
                found.append((user_id, MediaQuery.model_validate_json(query), time))
        return found

    def keep_figures(self, user_id: str, text: str, as_of: datetime) -> None:
        """Keep a user's figures in place of what was known of them."""

        def replace(connection: sqlite3.Connection) -> None:
            row = (user_id, to_micros(as_of), text)
            connection.execute("INSERT OR REPLACE INTO figures VALUES (?, ?, ?)", row)

        self._try(replace, None)

    def figures(self, user_id: str) -> tuple[str, datetime] | None:
        """A user's figures, and since when they hold."""

        def select(connection: sqlite3.Connection) -> tuple[str, int] | None:
            sql = "SELECT text, as_of FROM figures WHERE user_id = ?"
            row: tuple[str, int] | None = connection.execute(sql, (user_id,)).fetchone()
            return row

        row = self._try(select, None)
        return (row[0], from_micros(row[1])) if row else None

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """`work` in a transaction; `otherwise` where there is no file to work on."""
        with self._lock:
            if self._connection is None:
                return otherwise
            try:
                with self._connection:
                    return work(self._connection)
            except sqlite3.OperationalError as error:  # full, locked, read-only: the next call may do
                log_event("cache.failed", logging.WARNING, path=str(self._path), error=str(error))
            except sqlite3.DatabaseError as error:
                self._discard(error)
            return otherwise

    def _open_or_begin_anew(self) -> None:
        try:
            self._connection = self._open()
        except sqlite3.OperationalError as error:
            log_event("cache.unavailable", logging.WARNING, path=str(self._path), error=str(error))
        except sqlite3.DatabaseError as error:
            self._discard(error)

    def _discard(self, error: sqlite3.Error) -> None:
        """The file is damaged: delete it and begin anew; without one if that does not work either."""
        log_event("cache.discarded", logging.WARNING, path=str(self._path), error=str(error))
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            self._connection = self._open()
        except (OSError, sqlite3.Error) as again:
            log_event("cache.unavailable", logging.WARNING, path=str(self._path), error=str(again))

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=1.0, check_same_thread=False)
        try:
            self._path.chmod(0o600)  # other people's private items
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last writes, not the file
            if not self._is_ours(connection):
                with connection:
                    connection.execute("BEGIN IMMEDIATE")  # else each statement that changes a table stands by itself
                    connection.execute("DROP TABLE IF EXISTS views")
                    connection.execute("DROP TABLE IF EXISTS figures")
                    connection.execute("DROP TABLE IF EXISTS source")
                    connection.execute(_TABLE)
                    connection.execute(_FIGURES)
                    connection.execute("CREATE TABLE source (name TEXT NOT NULL)")
                    connection.execute("INSERT INTO source VALUES (?)", (self._source,))
                    connection.execute(f"PRAGMA user_version = {_LAYOUT}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout != _LAYOUT:
            return False
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"views", "figures", "source"} <= tables:
            return False
        row = connection.execute("SELECT name FROM source").fetchone()
        return row is not None and bool(row[0] == self._source)


def _row(kept: Kept, now: datetime, items: bytes) -> tuple[object, ...]:
    return (
        kept.user_id,
        kept.query.key,
        " ".join(sorted(kept.kinds)),
        kept.version,
        None if kept.fetched_at is None else to_micros(kept.fetched_at),
        to_micros(kept.updated_at),
        to_micros(now),
        to_micros(kept.as_of),
        kept.watermark,
        kept.newest,
        kept.held.cursor,
        _written(kept.held.searched_to),
        items,
    )


def _kept(user_id: str, query: MediaQuery, row: Row) -> Kept:
    kinds, version, fetched_at, updated_at, as_of, watermark, newest, cursor, searched_to, items = row
    return Kept(
        user_id=user_id,
        query=query,
        kinds=frozenset(kind for kind in get_args(ContentKind) if kind in kinds.split()),
        version=version,
        fetched_at=None if fetched_at is None else from_micros(fetched_at),
        updated_at=from_micros(updated_at),
        as_of=from_micros(as_of),
        watermark=watermark,
        newest=newest,
        held=Held(_items.validate_json(zlib.decompress(items)), cursor, searched_to=_read(query, searched_to)),
    )


def _written(searched_to: datetime | str | None) -> str | None:
    return searched_to.isoformat() if isinstance(searched_to, datetime) else searched_to


def _read(query: MediaQuery, searched_to: str | None) -> datetime | str | None:
    return searched_to if searched_to is None or query.order == "title" else datetime.fromisoformat(searched_to)


def _trim(connection: sqlite3.Connection, max_bytes: int) -> None:
    """Delete the least recently used views until the rest fit; the one used last stays in any case."""
    sql = "SELECT rowid, length(items) FROM views ORDER BY used_at DESC, rowid DESC"
    total = 0
    for place, (rowid, size) in enumerate(connection.execute(sql).fetchall()):
        total += size
        if place and total > max_bytes:
            connection.execute("DELETE FROM views WHERE rowid = ?", (rowid,))
