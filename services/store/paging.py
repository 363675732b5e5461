"""Filling a page from batches of documents, the same way for both stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.errors import BadInput
from services.models import MediaItem, Sort
from services.store.cursors import Place, decode_cursor, encode_cursor, place_of
from services.store.protocol import SEARCH_STEP

Fetch = Callable[[Place | None, int], Sequence[MediaItem]]
"""At most so many items after a place, in order; fewer only at the end of the list."""


@dataclass(frozen=True)
class Filled:
    items: tuple[MediaItem, ...]
    next_cursor: str | None
    searched_to: datetime | str | None = None


def fill(
    fetch: Fetch, fits: Callable[[MediaItem], bool], *, cursor: str | None, limit: int, sort: Sort = "newest"
) -> Filled:
    """One page of at most `limit` items that fit, after `cursor`: that may be read, and that match.

    It reads `limit` items: one more would tell whether there is more, but the total that is counted beside the first
    page and a delta that may have to join a later one to what is held above (services/freshness) cost a read each.
    So after the last page there may be a next cursor that leads to nothing. Only where some items do not fit do
    batches follow, each twice as long, until the page is full, the list ends or SEARCH_STEP items were read. So a page
    may be short, even empty, and still have a next cursor; `searched_to` then says how far it looked.
    Raises BadInput for a malformed cursor, or one of another order, or a limit below 1.
    """
    if limit < 1:
        raise BadInput("limit", "A page has at least one item")
    after = decode_cursor(cursor, sort) if cursor is not None else None
    kept: list[MediaItem] = []
    size = limit
    left = max(size, SEARCH_STEP)
    while True:
        batch = fetch(after, size)
        for item in batch:
            if len(kept) == limit:
                return _page(kept, after)
            after = place_of(item, sort)
            if fits(item):
                kept.append(item)
        left -= len(batch)
        if len(batch) < size:
            return _page(kept, None)
        if len(kept) == limit:
            return _page(kept, after)
        if not left:
            return _page(kept, after, stopped=True)
        size = min(2 * size, left)


def _page(kept: list[MediaItem], after: Place | None, *, stopped: bool = False) -> Filled:
    reached = after.reading if after and stopped else None
    return Filled(tuple(kept), encode_cursor(after) if after else None, reached)
