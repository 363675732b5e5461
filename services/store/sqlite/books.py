"""Two figures that are kept with each commit, since to find them would mean to read every record.

`shared_files`: which items refer to blobs outside their own folder (few do: most files are in no row).
`usage`: how many items of each type somebody has in the trash and outside, and what their files take up.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from services.models import MediaItem, Record
from services.models.blob_keys import shared_keys, stored_bytes

TABLES: list[str | Callable[[sqlite3.Connection], None]] = [
    "CREATE TABLE shared_files (key TEXT NOT NULL, media_id TEXT NOT NULL, PRIMARY KEY (key, media_id)) WITHOUT ROWID",
    "CREATE INDEX shared_files_of ON shared_files (media_id)",
    # The files of an item from before these books lie in its own folder: nothing else has ever put them anywhere.
    "CREATE TABLE usage (owner_id TEXT PRIMARY KEY, bytes INTEGER NOT NULL)",
    "INSERT INTO usage SELECT owner_id, sum((SELECT coalesce(sum(json_extract(file.value, '$.size')), 0) "
    "FROM json_each(media.document, '$.files') AS file)) FROM media GROUP BY owner_id",
    "CREATE INDEX media_expired ON media (deleted_at) WHERE deleted_at IS NOT NULL",
]

BY_TYPE: list[str | Callable[[sqlite3.Connection], None]] = [
    "DROP TABLE usage",
    "CREATE TABLE usage (owner_id TEXT NOT NULL, media_type TEXT NOT NULL, trashed INTEGER NOT NULL, "
    "items INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (owner_id, media_type, trashed)) WITHOUT ROWID",
    "INSERT INTO usage SELECT owner_id, media_type, deleted_at IS NOT NULL, count(*), "
    "sum((SELECT coalesce(sum(json_extract(file.value, '$.size')), 0) "
    "FROM json_each(media.document, '$.files') AS file)) FROM media GROUP BY 1, 2, 3",
]
"""The step that has `usage` tell types and the trash apart."""


def note_change(connection: sqlite3.Connection, before: Record | None, after: Record | None) -> None:
    """Bring both up to date with one record's change; within the transaction that makes it."""
    old, new = (record if isinstance(record, MediaItem) else None for record in (before, after))
    if old is not None and new is not None and (old.files, _line(old)) == (new.files, _line(new)):
        return
    if old is not None:
        connection.execute("DELETE FROM shared_files WHERE media_id = ?", (old.id,))
        _add(connection, old, -1)
    if new is not None:
        rows = [(key, new.id) for key in shared_keys(new)]
        connection.executemany("INSERT INTO shared_files VALUES (?, ?)", rows)
        _add(connection, new, 1)


def _line(item: MediaItem) -> tuple[str, str, bool]:
    """The row of `usage` that an item is counted in."""
    return item.owner_id, item.media_type, item.deleted_at is not None


def _add(connection: sqlite3.Connection, item: MediaItem, times: int) -> None:
    connection.execute(
        "INSERT INTO usage VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner_id, media_type, trashed) "
        "DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes",
        (*_line(item), times, times * stored_bytes(item)),
    )
