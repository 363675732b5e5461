"""What was committed in a project since a place in the history, in portions of whole commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from services.errors import StoreCorrupt
from services.log import log_failure
from services.models import MediaItem, Removal
from services.store.deltas import latest
from services.store.sqlite.head import Head
from services.store.sqlite.rows import MEDIA, decode

PORTION = 500
"""A portion ends with the commit that brings its changes, or its removals, to this number."""

_MEDIA = "media INDEXED BY media_changes WHERE project_id = ?"
_GRAVES = "tombstones INDEXED BY tombstones_changes WHERE kind = 'media' AND project_id = ?"


@dataclass(frozen=True)
class News:
    changed: tuple[MediaItem, ...]
    removed: tuple[Removal, ...]
    operation_ids: frozenset[str]
    places: Sequence[tuple[str, int]]
    """Ids, with the numbers of the commits that are told of them."""
    until: Head
    """They reach up to here."""


def read_news(connection: sqlite3.Connection, project_id: str, after: Head, end: Head) -> News | None:
    """The next portion between two places; None where there is nothing more."""
    if after.sequence == end.sequence:
        return None
    last = _end_of_portion(connection, project_id, after.sequence, end.sequence)
    rows = connection.execute(
        f"SELECT id, seq, document, operation_id FROM {_MEDIA} AND seq > ? AND seq <= ? ORDER BY seq",  # noqa: S608 (own names)
        (project_id, after.sequence, last),
    ).fetchall()
    graves = connection.execute(
        f"SELECT id, seq, revision, operation_id FROM {_GRAVES} AND seq > ? AND seq <= ? ORDER BY seq",  # noqa: S608 (own names)
        (project_id, after.sequence, last),
    ).fetchall()
    if not rows and not graves:
        return None
    items = [item for media_id, _, document, _ in rows if (item := _decode(media_id, document))]
    changed, removed = latest(items, [Removal("media", media_id, revision) for media_id, _, revision, _ in graves])
    operation_ids = frozenset(operation_id for *_, operation_id in (*rows, *graves))
    places = [(media_id, seq) for media_id, seq, *_ in (*rows, *graves)]
    return News(changed, removed, operation_ids, places, end._replace(sequence=last))


def _end_of_portion(connection: sqlite3.Connection, project_id: str, after: int, end: int) -> int:
    """The number of the last commit in the next portion."""
    last = end
    for scope in (_MEDIA, _GRAVES):
        sql = f"SELECT max(seq), count(*) FROM (SELECT seq FROM {scope} AND seq > ? ORDER BY seq LIMIT ?)"  # noqa: S608 (own names)
        furthest, count = connection.execute(sql, (project_id, after, PORTION)).fetchone()
        if count == PORTION:
            last = min(last, furthest)
    return last


def _decode(media_id: str, document: str) -> MediaItem | None:
    """The item; None, and an entry in the log, for a damaged one, which must not keep the others from coming."""
    try:
        return decode(MEDIA, document)
    except StoreCorrupt as error:
        log_failure("feed.unreadable", error, media=media_id)
        return None
