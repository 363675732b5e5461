"""How many there are in all, told beside how many are shown.

A count is remembered together with how many items were held, when it was made, down to which place. What comes and goes
in that part is seen as it happens, and the total goes along. Of what changes below it, what the change itself tells
(services/freshness/counted.py) shows with the page's next event, and the rest with the next count.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from services.container import services
from services.freshness import Snapshot
from services.freshness.totals import Counting
from services.models import Count, MediaItem, MediaQuery, Sort
from services.store.cursors import decode_cursor, encode_cursor, place_of
from state.session import principal
from state.view import ViewState, all_items, end_of_held, is_whole

UNKNOWN, LONG = -1, -2
"""Numbers that are none: not counted, or not by itself, since the store would have to look at every item."""
PATIENCE = 0.3
"""Seconds for which a handler waits for a count. A slower one comes by itself."""


@dataclass
class TotalState:
    """Part of a stateclass. `number` was found (or UNKNOWN, or LONG), and that is all there are if `exact`; `held`
    items of the view stood at `place` or above then, in this `version` of the list. `more` than these and what is seen
    to come and go there are since. `waits`: a count is to be made once the list has come, or is on its way.
    """

    number: int = UNKNOWN
    exact: bool = False
    held: int = 0
    place: str = ""
    version: str = ""
    more: int = 0
    waits: Literal["", "list", "count"] = ""


def count_total(
    total: TotalState, view: ViewState, query: MediaQuery, *, exact: bool = False
) -> Generator[None, None, None]:
    """Have it counted, once the list has come and if it does not show everything anyway; yields where that shows."""
    if view.fetching:
        yield from _wait_for(total, "list")
    elif not view.version or view.error or is_whole(view):
        yield from _wait_for(total, "")
    elif not exact and not services().store.media.has_all_filters(query):
        total.number, total.exact, total.waits = LONG, False, ""
        yield
    else:
        who, totals = principal(), services().totals
        counting = totals.still_right(query, who, exact=exact)
        if counting is None or _is_of_another_list(counting, query):
            counting = totals.ask(query, who, exact=exact)
        if counting.wait(PATIENCE):
            _take_in(total, view, counting, query)
        else:
            total.waits = "count"
            counting.on_done(partial(services().hub.finished, query, who.user_id))
        yield


def answer_of(counting: Counting) -> Count | None:
    """What was counted, if that comes in a moment and could be done."""
    return counting.count if counting.wait(PATIENCE) else None


def _wait_for(total: TotalState, what: Literal["", "list"]) -> Generator[None, None, None]:
    if total.waits != what:
        total.waits = what
        yield


def follow_total(total: TotalState, view: ViewState, query: MediaQuery) -> Generator[None, None, None]:
    """The list or the count may have come."""
    if total.waits == "list" and not view.fetching:
        yield from count_total(total, view, query)
    elif total.waits == "count" and not services().totals.is_asked(query, principal()):
        counting = services().totals.known(query, principal())
        if counting is None or _is_of_another_list(counting, query):  # another process was asked
            yield from count_total(total, view, query)
        else:
            _take_in(total, view, counting, query)
            yield


def settle_total(total: TotalState, view: ViewState, query: MediaQuery) -> None:
    """Some of what came to the list since may have been counted, and some of what was not may not be seen. Where nobody
    here knows, there is no total until somebody asks."""
    if not total.version or total.waits:
        return
    counting = services().totals.still_right(query, principal())
    if counting is None or counting.count is None:
        total.number, total.exact, total.more = UNKNOWN, False, 0
        return
    version, more = counting.counted.beside
    if version == total.version:
        total.number, total.exact, total.more = counting.count.number, counting.count.exact, more
    elif not _is_of_another_list(counting, query):
        _take_in(total, view, counting, query)


def _is_of_another_list(counting: Counting, query: MediaQuery) -> bool:
    """Whether it is not known how much of this very list was held when that was counted."""
    version = counting.counted.beside.version
    return bool(version) and _held_then(version, query) is None


def _held_then(version: str, query: MediaQuery) -> Snapshot | None:
    held = services().freshness.snapshots.get(version, principal())
    return held if held is not None and held.query == query else None


def _take_in(total: TotalState, view: ViewState, counting: Counting, query: MediaQuery) -> None:
    """An exact number of a list that never kept still says nothing: what came meanwhile is counted in it, or is not."""
    beside, count = counting.counted.beside, counting.count
    held = _held_then(beside.version, query)
    if count is not None and count.exact and held is None:
        count = None
    total.waits, total.version, total.more = "", *beside
    total.number, total.exact = (count.number, count.exact) if count else (UNKNOWN, False)
    total.held, total.place = _held_down_to(held.drawn.items if held is not None else (), view, query.order)


def _held_down_to(then: Sequence[MediaItem], view: ViewState, order: Sort) -> tuple[int, str]:
    """How many of `then` stand at or above the place down to which both lists go, and that place."""
    if not then:
        return 0, ""
    place, end = place_of(then[-1], order), end_of_held(view)
    if end is not None and not (now := decode_cursor(end, order)).reaches(place):
        place = now
    return sum(place.reaches(place_of(item, order)) for item in then), encode_cursor(place)


def forget_total(total: TotalState) -> None:
    """Other filters find another number."""
    total.number, total.exact, total.held, total.place = UNKNOWN, False, 0, ""
    total.version, total.more, total.waits = "", 0, ""


def is_capped(total: TotalState, view: ViewState) -> bool:
    """Whether there are more than were counted; pure."""
    return total.number != UNKNOWN and not total.exact and not is_whole(view)


def total_words(total: TotalState, view: ViewState, query: MediaQuery, shown: int) -> str:
    """ "24 shown of 412", "24 shown of 1,000+", "24 shown", "12 in all", or "12 found" by filters; pure."""
    whose = query.owner_id if query.trash else None  # there, everybody sees their own
    everything = MediaQuery(project_id=query.project_id, sort=query.sort, trash=query.trash, owner_id=whose)
    all_words = f"{shown:,} in all" if query == everything else f"{shown:,} found"
    if is_whole(view):
        return all_words
    if total.number < 0:
        return f"{shown:,} shown"
    if not total.exact:
        return f"{shown:,} shown of {max(total.number, shown):,}+"
    now = max(total.number + total.more + _more(total, view, query), len(all_items(view)))
    return all_words if now == shown else f"{shown:,} shown of {now:,}"


def amount_words(total: TotalState, view: ViewState, query: MediaQuery, shown: int) -> str:
    """ "12 items" or "1,000 items and more"; "" where that is not known; pure."""
    if is_whole(view):
        number, exact = shown, True
    elif total.number < 0:
        return ""
    else:
        number, exact = total.number + total.more + _more(total, view, query), total.exact
    words = "1 item" if number == 1 else f"{max(number, shown):,} items"
    return words if exact else f"{words} and more"


def _more(total: TotalState, view: ViewState, query: MediaQuery) -> int:
    """How many more items are held now, where they were counted, than there were then."""
    if not total.place:
        return 0
    end = decode_cursor(total.place, query.order)
    return sum(end.reaches(place_of(item, query.order)) for item in all_items(view)) - total.held
