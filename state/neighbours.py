"""The items before and after another one, in the order of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from services.container import services
from services.errors import StoreUnavailable
from services.freshness.asides import Aside
from services.freshness.edits import overlaid
from services.freshness.merge import is_within
from services.models import MediaItem, MediaQuery, Page, Sort
from services.store.cursors import encode_cursor, place_of
from state.aside import ask_aside
from state.session import principal
from state.view import pending_edits

Way = Literal["previous", "next"]
_REVERSE: dict[Sort, Sort] = {"newest": "oldest", "oldest": "newest"}


@dataclass(frozen=True)
class Step:
    """Where a step leads: to `media_id`, "" at the end of the list, None where that could not be found out.

    `old`: so says the list as it was held last, since the store does not answer. `reached`: the place down to which
    `looked_at` documents were read in vain, so that another step can go on from there; "" where nothing was.
    `asked`: the question by which it is being found out, where that takes its time; "" for none.
    """

    media_id: str | None
    old: bool = False
    reached: str = ""
    looked_at: int = 0
    asked: str = ""


def neighbour(
    item: MediaItem, query: MediaQuery, way: Way, *, announce: MediaQuery, after: str = "", asked: str = ""
) -> Step:
    """The item next to `item` in the list of `query`, of which it need not be.

    From the list as this process holds it, if that is current and reaches so far; else it is read, for one document.
    Where filters are applied after the read, that may take more: one page is read at most, and `after` is where the
    one before ended (`Step.reached`). While the store is away, an old list tells, where one is held.

    A read that takes its time announces itself as an answer of the page's view of `announce`; then this is called again
    with the question that is under way (`Step.asked`). Raises StoreError.
    """
    known = held_neighbour(item, query, way)
    if known is not None:
        return Step(known)
    forward = _forward(query, way)
    if forward is None:  # a list that can be read from its other end only: however old what is held is, it tells
        return Step(held_neighbour(item, query, way, old=True))
    aside = services().asides.find(asked, principal()) or _ask(item, forward, way, after, announce)
    if aside.answer is not None:
        return _step_to(aside.answer)
    old = held_neighbour(item, query, way, old=True) if isinstance(aside.error, StoreUnavailable) else None
    if old is not None:
        return Step(old, old=True)
    if aside.error is not None:
        raise aside.error
    return Step(None, asked=aside.name)


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


def held_neighbour(item: MediaItem, query: MediaQuery, way: Way, *, old: bool = False) -> str | None:
    """The id of the item next to `item`, "" at the end, as the list is held; None where that does not tell.

    It has to be kept current by a feed, unless it may be `old`. Reads nothing.
    """
    who = principal()
    snapshot = services().freshness.snapshots.find(query, who)
    if snapshot is None or not (old or services().freshness.entry(query, who).current):
        return None
    pending = pending_edits(services().editor.overlays.current(who.user_id))
    others = [one for one in overlaid(snapshot.held, query, pending) if one.id != item.id]
    before = [one for one in others if _precedes(one, item, query)]
    if way == "previous":
        inside = is_within(item, snapshot.held.cursor, query)
        return (before[-1].id if before else "") if inside else None
    after = others[len(before) :]
    return after[0].id if after else ("" if snapshot.complete else None)


def _precedes(one: MediaItem, other: MediaItem, query: MediaQuery) -> bool:
    mine, others = query.sort_key(one), query.sort_key(other)
    return mine > others if query.descending else mine < others  # of one order


def _forward(query: MediaQuery, way: Way) -> MediaQuery | None:
    """The list in which the neighbour comes after the item; None where no index can be read that way."""
    if way == "next":
        return query
    reverse = None if query.trash else _REVERSE.get(query.sort)
    return query.model_copy(update={"sort": reverse}) if reverse else None


def _ask(item: MediaItem, query: MediaQuery, way: Way, after: str, announce: MediaQuery) -> Aside[Page[MediaItem]]:
    cursor = after or encode_cursor(place_of(item, query.order))
    read = partial(services().store.media.get_media_for_page, principal(), query, cursor=cursor, limit=1)
    return ask_aside(
        ("step", query.key, cursor), read, scope="media.step", reason=way, announce=announce,
        documents=lambda page: page.documents_read,
    )  # fmt: skip


def _step_to(page: Page[MediaItem]) -> Step:
    if page.items:
        return Step(page.items[0].id)
    if page.next_cursor is None:
        return Step("")
    return Step(None, reached=page.next_cursor, looked_at=page.documents_read)
