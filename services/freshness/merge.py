"""Applying changes to a held list: pure functions, no store and no clock."""

from __future__ import annotations

from collections.abc import Iterable

from services.models import Changes, MediaItem, MediaQuery
from services.models.query import newest_first


def apply_changes(
    held: tuple[MediaItem, ...], query: MediaQuery, changes: Changes[MediaItem], *, complete: bool
) -> tuple[MediaItem, ...]:
    """`held` with `changes` applied, or `held` itself when nothing in it changes.

    A change counts only above the revision held, so repeated and late deltas are harmless. Items that match the query
    no longer leave; items that match now enter in their place. An item that sorts below the last held one is left to
    paging unless the list is `complete`, for holding it would open a gap.
    """
    by_id = {item.id: item for item in held}
    for removal in changes.removed:
        known = by_id.get(removal.id)
        if known is not None and removal.revision > known.revision:
            del by_id[removal.id]
    for item in changes.changed:
        known = by_id.get(item.id)
        if known is not None and item.revision <= known.revision:
            continue
        if query.matches(item) and (known is not None or complete or _above_tail(item, held)):
            by_id[item.id] = item
        else:
            by_id.pop(item.id, None)
    return _ordered(by_id.values(), held)


def append_page(held: tuple[MediaItem, ...], page: Iterable[MediaItem]) -> tuple[MediaItem, ...]:
    """`held` followed by a later page; an id on both keeps the higher revision, once."""
    by_id = {item.id: item for item in held}
    for item in page:
        known = by_id.get(item.id)
        if known is None or item.revision > known.revision:
            by_id[item.id] = item
    return _ordered(by_id.values(), held)


def _above_tail(item: MediaItem, held: tuple[MediaItem, ...]) -> bool:
    return not held or newest_first(item) > newest_first(held[-1])


def _ordered(items: Iterable[MediaItem], held: tuple[MediaItem, ...]) -> tuple[MediaItem, ...]:
    ordered = tuple(sorted(items, key=newest_first, reverse=True))
    return held if ordered == held else ordered
