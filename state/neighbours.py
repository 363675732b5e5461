"""The items before and after another one, in the order of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from services.container import services
from services.freshness.edits import overlaid
from services.log import log_event
from services.models import MediaItem, MediaQuery, Sort
from services.store.cursors import encode_cursor, place_of
from state.session import principal
from state.view import pending_edits

Way = Literal["previous", "next"]
MOST_STEPS = 3
"""Pages that a search for a neighbour may read where filters are applied after the read."""
_REVERSE: dict[Sort, Sort] = {"newest": "oldest", "oldest": "newest"}


def neighbour(item: MediaItem, query: MediaQuery, way: Way) -> str | None:
    """The id of the item next to `item` in the list of `query`; "" at its end, None where that could not be found out.

    The item itself need not be in it.

    From the list as this process holds it, if that is current and reaches so far; else it is read, for one document.
    Raises StoreError.
    """
    known = _held(item, query, way)
    return known if known is not None else _read(item, query, way)


def beside(item: MediaItem, shown: Sequence[MediaItem], query: MediaQuery, *, whole: bool) -> tuple[str, str]:
    """The ids of the items before and after `item` among those a page shows, "" at the ends; pure.

    What is still being made is passed over. An item that has left the list (a heart was taken back, say) keeps its
    place in the order of `query`; unless it lies below all that is shown of a list that is not shown `whole`, where
    nothing is known of its neighbours.
    """
    place = next((place for place, one in enumerate(shown) if one.id == item.id), None)
    if place is not None:
        before, after = shown[:place], shown[place + 1 :]
    else:
        before = [one for one in shown if _precedes(one, item, query)]
        after = shown[len(before) :]
        if not after and not whole:
            return "", ""
    made = [[one.id for one in part if one.status != "generating"] for part in (before, after)]
    return next(iter(made[0][-1:]), ""), next(iter(made[1]), "")


def _held(item: MediaItem, query: MediaQuery, way: Way) -> str | None:
    """None where what is held does not tell."""
    who = principal()
    snapshot = services().freshness.snapshots.find(query, who)
    if snapshot is None or not services().freshness.entry(query, who).current:
        return None
    pending = pending_edits(services().editor.overlays.current(who.user_id))
    items = [one for one in overlaid(snapshot.held, query, pending) if one.id != item.id]
    before = [one for one in items if _precedes(one, item, query)]
    if way == "previous" and (len(before) < len(items) or snapshot.complete):
        return before[-1].id if before else ""
    if way == "next" and (len(before) < len(items) or snapshot.complete):
        return items[len(before)].id if len(before) < len(items) else ""
    return None


def _precedes(one: MediaItem, other: MediaItem, query: MediaQuery) -> bool:
    mine, others = query.sort_key(one), query.sort_key(other)
    return mine > others if query.descending else mine < others  # of one order


def _read(item: MediaItem, query: MediaQuery, way: Way) -> str | None:
    if way == "previous":
        reverse = None if query.trash else _REVERSE.get(query.sort)
        if reverse is None:  # a list that can be read from its other end only
            return _last_before(item, query)
        query = query.model_copy(update={"sort": reverse})
    found = ""
    cursor: str | None = encode_cursor(place_of(item, query.order))
    read = 0
    for _ in range(MOST_STEPS):
        page = services().store.media.get_media_for_page(principal(), query, cursor=cursor, limit=1)
        read, cursor = read + page.documents_read, page.next_cursor
        found = page.items[0].id if page.items else ""
        if found or cursor is None:
            break
    log_event("media.step", way=way, documents=read, found=bool(found))
    return found or ("" if cursor is None else None)


def _last_before(item: MediaItem, query: MediaQuery) -> str | None:
    """From what is held of the list, however old it is, if that goes on beyond the item."""
    snapshot = services().freshness.snapshots.find(query, principal())
    others = [one for one in snapshot.items if one.id != item.id] if snapshot else []
    before = [one for one in others if _precedes(one, item, query)]
    if snapshot is None or not (snapshot.complete or len(before) < len(others) or others != list(snapshot.items)):
        return None
    return before[-1].id if before else ""
