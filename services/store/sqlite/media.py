"""Media in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from services.clock import Clock
from services.errors import NotFound
from services.identity import can
from services.models import Changes, Count, MediaItem, MediaQuery, Page, Principal, Removal
from services.store.cursors import Place
from services.store.deltas import as_seen, require_few
from services.store.keys import is_safe_id
from services.store.paging import fill
from services.store.protocol import COUNT_LIMIT, DELTA_LIMIT, PAGE_SIZE
from services.store.rules import require_member
from services.store.sqlite import lists
from services.store.sqlite.connections import Connections
from services.store.sqlite.counting import count
from services.store.sqlite.head import position_in, read_head
from services.store.sqlite.rows import MEDIA, decode, decode_all


class SqliteMedia:
    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

    def get(self, principal: Principal, media_id: str) -> MediaItem:
        item = self.get_many(principal, [media_id]).get(media_id)
        if item is None:
            raise NotFound(f"No media {media_id}")
        return item

    def get_many(self, principal: Principal, media_ids: Sequence[str]) -> dict[str, MediaItem]:
        with self._connections.read() as connection:
            items = decode_all(MEDIA, connection.execute(NAMED, (_safe(media_ids),)))
        return {item.id: item for item in items if can(principal, "read", item)}

    def get_media_for_page(
        self,
        principal: Principal,
        query: MediaQuery,
        *,
        cursor: str | None = None,
        limit: int = PAGE_SIZE,
        as_of: str = "",
    ) -> Page[MediaItem]:
        require_member(principal, query.project_id)
        if query.ids is not None:
            return self._named(principal, query, query.ids)
        read = 0

        def fetch(after: Place | None, count: int) -> list[MediaItem]:
            nonlocal read
            items = lists.batch(connection, query, after, count)
            read += len(items)
            return items

        with self._connections.read() as connection:
            head = read_head(connection)
            page = fill(
                fetch,
                lambda item: can(principal, "read", item) and query.matches(item),
                cursor=cursor, limit=limit, sort=query.order,
            )  # fmt: skip
            last = connection.execute(LAST_OF_NAMED, (json.dumps([item.id for item in page.items]),)).fetchone()[0]
        now = self._clock.now()
        latest = head._replace(sequence=last).watermark(now) if last is not None else ""
        return Page(page.items, page.next_cursor, now, head.watermark(now), read, page.searched_to, latest=latest)

    def count(self, principal: Principal, query: MediaQuery, *, limit: int | None = COUNT_LIMIT) -> Count:
        """See `MediaRepository.count`. Reads no documents, but where words are longer than the index knows them."""
        require_member(principal, query.project_id)
        with self._connections.read() as connection:
            return count(connection, principal, query, limit, self._clock.now())

    def has_all_filters(self, query: MediaQuery) -> bool:
        return True

    def _named(self, principal: Principal, query: MediaQuery, ids: Sequence[str]) -> Page[MediaItem]:
        """The one page of a query for named items."""
        with self._connections.read() as connection:
            head = read_head(connection)
            found = decode_all(MEDIA, connection.execute(NAMED, (_safe(ids),)))
        items = query.in_order(item for item in found if query.matches(item) and can(principal, "read", item))
        now = self._clock.now()
        return Page(items, None, now, head.watermark(now), len(found))

    def changed_since(self, principal: Principal, project_id: str, watermark: str) -> Changes[MediaItem]:
        require_member(principal, project_id)
        now = self._clock.now()
        with self._connections.read() as connection:
            head = read_head(connection)
            after = position_in(connection, head, watermark, now)
            items, places = _changed(connection, project_id, after)
            removed, others = _removed(connection, project_id, after)
        if not items and not removed:
            # The old watermark is as good, and what holds it stays as it is.
            return Changes((), (), now, watermark, 0)
        marks = head.marks([*places, *others], now)
        return Changes(
            *as_seen(principal, items, removed), now, head.watermark(now), len(places) + len(others), marks=marks
        )


LAST_OF_NAMED = "SELECT max(seq) FROM media WHERE id IN (SELECT value FROM json_each(?))"
NAMED = "SELECT document FROM media WHERE id IN (SELECT value FROM json_each(?))"


def _safe(media_ids: Sequence[str]) -> str:
    return json.dumps([media_id for media_id in media_ids if is_safe_id(media_id)])


Places = list[tuple[str, int]]
"""Ids, with the numbers of the commits that are told of them."""


def _changed(connection: sqlite3.Connection, project_id: str, after: int) -> tuple[list[MediaItem], Places]:
    scope = "media INDEXED BY media_changes WHERE project_id = ? AND seq > ? ORDER BY seq LIMIT ?"
    sql = f"SELECT id, seq, document FROM {scope}"  # noqa: S608 (own names)
    rows = connection.execute(sql, (project_id, after, DELTA_LIMIT + 1)).fetchall()
    require_few(len(rows))
    return [decode(MEDIA, document) for *_, document in rows], [(media_id, seq) for media_id, seq, _ in rows]


def _removed(connection: sqlite3.Connection, project_id: str, after: int) -> tuple[list[Removal], Places]:
    scope = "tombstones WHERE kind = 'media' AND project_id = ? AND seq > ? ORDER BY seq LIMIT ?"
    sql = f"SELECT id, seq, revision FROM {scope}"  # noqa: S608 (own names)
    rows = connection.execute(sql, (project_id, after, DELTA_LIMIT + 1)).fetchall()
    require_few(len(rows))
    removals = [Removal("media", media_id, revision) for media_id, _, revision in rows]
    return removals, [(media_id, seq) for media_id, seq, _ in rows]
