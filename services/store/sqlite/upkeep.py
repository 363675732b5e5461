"""Keeping a library in order, in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from services.identity import can
from services.models import MEDIA_TYPES, Amount, MediaItem, Principal, Record, RecordKind, Usage
from services.models.blob_keys import folder_owner
from services.store.keys import is_safe_id
from services.store.rules import require_system
from services.store.sqlite.connections import Connections
from services.store.sqlite.rows import MEDIA, decode_all, table_of
from services.store.times import to_micros

PORTION = 200
"""Records read in one transaction, for whoever goes through all of them."""


class SqliteUpkeep:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def expired_trash(self, principal: Principal, before: datetime, limit: int) -> list[MediaItem]:
        sql = (
            "SELECT document FROM media INDEXED BY media_expired "
            "WHERE deleted_at IS NOT NULL AND deleted_at < ? ORDER BY deleted_at LIMIT ?"
        )
        with self._connections.read() as connection:
            items = decode_all(MEDIA, connection.execute(sql, (to_micros(before), limit)))
        return [item for item in items if can(principal, "delete", item)]

    def is_referenced(self, principal: Principal, key: str) -> bool:
        require_system(principal)
        with self._connections.read() as connection:
            if connection.execute("SELECT 1 FROM shared_files WHERE key = ? LIMIT 1", (key,)).fetchone():
                return True
            return _owner_refers(connection, key)

    def records(self, principal: Principal, kind: RecordKind, *, owner_id: str | None = None) -> Iterator[Record]:
        table = table_of(kind)
        sql = (
            f"SELECT document FROM {table.name} WHERE id > ?1 "  # noqa: S608 (own names)
            "AND (?2 IS NULL OR json_extract(document, '$.owner_id') = ?2) ORDER BY id LIMIT ?3"
        )
        last: str | None = ""
        while last is not None:
            with self._connections.read() as connection:
                portion = decode_all(table, connection.execute(sql, (last, owner_id, PORTION)))
            yield from (record for record in portion if can(principal, "read", record))
            last = portion[-1].id if len(portion) == PORTION else None

    def usage(self, principal: Principal) -> Usage:
        sql = "SELECT media_type, trashed, items, bytes FROM usage WHERE owner_id = ?"
        with self._connections.read() as connection:
            rows = connection.execute(sql, (principal.user_id,)).fetchall()
        by_type, trash = dict.fromkeys(MEDIA_TYPES, Amount()), Amount()
        for media_type, trashed, items, size in rows:
            by_type[media_type] += Amount(items, size)
            trash += Amount(items, size) if trashed else Amount()
        return Usage(by_type, trash)  # kept, not summed: no document is read


def _owner_refers(connection: sqlite3.Connection, key: str) -> bool:
    """Whether the item in whose folder a blob lies names it."""
    media_id = folder_owner(key)
    if media_id is None or not is_safe_id(media_id):
        return False
    items = decode_all(MEDIA, connection.execute("SELECT document FROM media WHERE id = ?", (media_id,)))
    return any(file.key == key for item in items for file in item.files.values())
