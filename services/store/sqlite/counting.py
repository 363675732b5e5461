"""How many items a query finds."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime
from itertools import islice

from services.identity import can
from services.models import Count, MediaItem, MediaQuery, Principal
from services.store.rules import require_limit
from services.store.sqlite import lists
from services.store.sqlite.head import read_head
from services.store.sqlite.rows import MEDIA, decode
from services.store.sqlite.search import Sought, sought


def count(
    connection: sqlite3.Connection, principal: Principal, query: MediaQuery, limit: int | None, now: datetime
) -> Count:
    """By intersecting the search table's lists, which also tell what is private; the trash by looking at each item."""
    require_limit(limit)
    asked, watermark = sought(query), read_head(connection).watermark(now)
    if query.trash or not asked.exact:
        return replace(_look(connection, principal, query, limit), watermark=watermark)
    number = 0
    for part in _readable(asked, principal):
        left = None if limit is None else limit - number
        if left != 0:
            number += lists.count(connection, lists.found(query, part.match), left)
    return Count(number, exact=limit is None or number < limit, documents_read=0, watermark=watermark)


def _readable(asked: Sought, principal: Principal) -> list[Sought]:
    """What of it the principal may read, in parts: as `can` decides of items in one's own project."""
    if principal.is_system:
        return [asked]
    return [asked.and_shared(), asked.and_private(principal.user_id)]


def _look(connection: sqlite3.Connection, principal: Principal, query: MediaQuery, limit: int | None) -> Count:
    walk, read = lists.filtered(query), 0

    def fits(item: MediaItem) -> bool:
        nonlocal read
        read += 1
        return can(principal, "read", item) and query.matches(item)

    items = (decode(MEDIA, document) for (document,) in connection.execute(walk.sql("media.document"), walk.values))
    number = sum(1 for _ in islice(filter(fits, items), limit))
    return Count(number, exact=limit is None or number < limit, documents_read=read)
