"""Filling a page from batches of documents, the same way for both stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.errors import BadInput
from services.models import Record
from services.store.cursors import Place, decode_cursor, encode_cursor, place_of
from services.store.protocol import SEARCH_STEP

R = TypeVar("R", bound=Record)
Fetch = Callable[[Place | None, int], Sequence[R]]
"""At most so many records after a place, newest first; fewer only at the end of the list."""


@dataclass(frozen=True)
class Filled(Generic[R]):
    items: tuple[R, ...]
    next_cursor: str | None


def fill(fetch: Fetch[R], readable: Callable[[R], bool], *, cursor: str | None, limit: int) -> Filled[R]:
    """One page of at most `limit` readable records after `cursor`.

    The first page reads `limit + 1` records: the last one tells whether there is more. A later page does without,
    since the delta that joins it to what is held above (services/freshness) costs a read of its own; after the last
    one there may be a next cursor that leads to nothing. Only where some records may not be read do batches follow,
    each twice as long, until the page is full, the list ends or SEARCH_STEP records were read. So a page may be
    short, even empty, and still have a next cursor.
    Raises BadInput for a malformed cursor or a limit below 1.
    """
    if limit < 1:
        raise BadInput("limit", "A page has at least one item")
    after = decode_cursor(cursor) if cursor is not None else None
    kept: list[R] = []
    size = limit + 1 if cursor is None else limit
    left = max(size, SEARCH_STEP)
    while True:
        batch = fetch(after, size)
        for record in batch:
            if len(kept) == limit:
                return _page(kept, after)
            after = place_of(record)
            if readable(record):
                kept.append(record)
        left -= len(batch)
        if len(batch) < size:
            return _page(kept, None)
        if not left or len(kept) == limit:
            return _page(kept, after)
        size = min(2 * size, left)


def _page(kept: list[R], after: Place | None) -> Filled[R]:
    return Filled(tuple(kept), encode_cursor(after) if after else None)
