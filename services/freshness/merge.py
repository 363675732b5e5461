"""Applying changes to a held list: pure functions, no store and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from services.models import Changes, MediaItem, MediaQuery, Page
from services.store.cursors import decode_cursor, place_of
from services.store.protocol import DELTA_LIMIT

REMEMBERED = DELTA_LIMIT
"""Departures a list remembers: as many as the longest delta can hold."""


@dataclass(frozen=True)
class Held:
    """A list as far as it is loaded.

    `cursor` names the place it is loaded down to, None where nothing lies below. `departed` maps the ids of items
    that left, or that do not belong, to the revision at which that was heard; the latest REMEMBERED of them.
    `searched_to` as in `Page`, of the last page: the list is loaded down to there, and nobody should ask for more
    unless somebody wants it.
    """

    items: tuple[MediaItem, ...] = ()
    cursor: str | None = None
    departed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    searched_to: datetime | str | None = None


def apply_changes(held: Held, query: MediaQuery, changes: Changes[MediaItem]) -> Held:
    """`held` with `changes` applied; `items` is the very same tuple when nothing in it changes.

    A change counts only above the revision last heard of, so repeated and late deltas are harmless. Items that match
    the query no longer leave; items that match now enter in their place. An item below the place the list is loaded
    to is left to paging, for holding it would open a gap; so is one whose new title moves it there.
    """
    told = {removal.id for removal in changes.removed} | {item.id for item in changes.changed}
    before = {item.id: item for item in held.items if item.id in told}
    items, departed = dict(before), dict(held.departed)
    for removal in changes.removed:
        if removal.revision > _heard(removal.id, items, departed):
            _leave(removal.id, removal.revision, items, departed)
    for item in changes.changed:
        if item.revision <= _heard(item.id, items, departed):
            continue
        if not query.matches(item):
            _leave(item.id, item.revision, items, departed)
        elif is_within(item, held.cursor, query):
            items[item.id] = item
            departed.pop(item.id, None)
        elif query.order == "title":  # the others' places never change
            _leave(item.id, item.revision - 1, items, departed)  # a page will bring this revision, and no older one
    remembered = _latest(departed, held.departed)
    if items == before:  # as for most lists and most changes: spare the sorting
        return replace(held, departed=remembered)
    others = (item for item in held.items if item.id not in told)
    return replace(held, items=_ordered([*others, *items.values()], held.items, query), departed=remembered)


def append_page(held: Held, query: MediaQuery, page: Page[MediaItem]) -> Held:
    """`held` followed by a later page. An id on both stands once, as the higher revision; what left stays away."""
    items = {item.id: item for item in held.items}
    for item in page.items:
        if item.revision > _heard(item.id, items, held.departed):
            items[item.id] = item
    return Held(_ordered(items.values(), held.items, query), page.next_cursor, held.departed, page.searched_to)


def _leave(media_id: str, revision: int, items: dict[str, MediaItem], departed: dict[str, int]) -> None:
    items.pop(media_id, None)
    departed.pop(media_id, None)  # so that it stands last: the latest are remembered
    departed[media_id] = revision


def _heard(media_id: str, items: Mapping[str, MediaItem], departed: Mapping[str, int]) -> int:
    known = items.get(media_id)
    return known.revision if known is not None else departed.get(media_id, 0)


def is_within(item: MediaItem, cursor: str | None, query: MediaQuery) -> bool:
    """Whether the item's place is in the loaded part: at the cursor or above, however few items are left there."""
    return cursor is None or decode_cursor(cursor, query.order).reaches(place_of(item, query.order))


def _ordered(items: Iterable[MediaItem], held: tuple[MediaItem, ...], query: MediaQuery) -> tuple[MediaItem, ...]:
    ordered = query.in_order(items)
    return held if ordered == held else ordered


def _latest(departed: dict[str, int], before: Mapping[str, int]) -> Mapping[str, int]:
    if departed == before:
        return before
    return MappingProxyType(dict(list(departed.items())[-REMEMBERED:]))
