"""The place that the library's address names, and the way down to it: one answer of the store after the other."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from services.container import services
from services.freshness.merge import is_within
from services.models import MediaItem, MediaQuery
from state import loading
from state.session import principal
from state.view import ViewState, end_of_held, show_down_to

EXTENTS = (96, 240, 480)
"""Items down to which a list is read, step by step, to find the place; no further."""


@dataclass
class PlaceState:
    """Part of a stateclass. `item_id`: the item that the list is still to be led to, "" for none. `asked`: the process
    that has asked for it by its id alone.
    """

    item_id: str = ""
    asked: str = ""


def lead_down(place: PlaceState, view: ViewState, query: MediaQuery) -> Generator[None, None, bool]:
    """Read the list down to the place; True once that is shown.

    What takes its time, or fails, ends it for now: called again with the next answer, it goes on from there. A place
    that the list lacks, or that is too far down, is given up.
    """
    while place.item_id and view.version and not (view.fetching or view.error):
        if show_down_to(view, place.item_id):
            return True
        extent = _next_extent(place, view, query)
        if not extent:
            return False
        view.loaded = extent
        yield from loading.load_view(view, query, "permalink", scope="library")
    return False


def _next_extent(place: PlaceState, view: ViewState, query: MediaQuery) -> int:
    """How far the list is to be read next; 0 where it need not be, or while that is being found out."""
    end = end_of_held(view)
    item = _goal(place, view, query) if end is not None else None
    if view.fetching or view.error:
        return 0
    further = (extent for extent in EXTENTS if extent > view.loaded)
    ahead = item is not None and query.matches(item) and not is_within(item, end, query)
    extent = next(further, 0) if ahead else 0
    if not extent:
        place.item_id = ""
    return extent


def _goal(place: PlaceState, view: ViewState, query: MediaQuery) -> MediaItem | None:
    """The item, asked for by its id once, which spares reading a long list in vain; None where there is none.

    Until it has come, and where it could not be read, the view says so.
    """
    freshness, who = services().freshness, principal()
    named = MediaQuery(project_id=query.project_id, ids=(place.item_id,))
    if place.asked != freshness.mark:
        place.asked = freshness.mark
        ticket = freshness.submit(named, "permalink", who, scope="library.place", kind="item")
        if not ticket.wait(loading.PATIENCE):
            ticket.on_done(partial(services().hub.finished, query, who.user_id))
    entry = freshness.entry(named, who)
    if entry.running is not None:
        view.fetching, view.asked = "permalink", freshness.mark
    elif entry.error:
        place.asked = ""
        view.error, view.offline = entry.error, entry.offline
    held = freshness.snapshots.latest(named, who)
    return next(iter(held.items), None) if held is not None else None
