"""The library page's state and its shared load-and-update function."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import field
from datetime import tzinfo

import flask
import mesop as me

from services.container import services
from services.freshness import Reason
from services.ids import is_id
from services.models import MediaItem, MediaQuery
from state.filters import NAMES, Reader, changed, from_spec, read, to_query, to_spec
from state.loading import load_view
from state.place import PlaceState, lead_down
from state.preview import open_preview
from state.session import home_project, principal
from state.totals import TotalState, count_total, follow_total, forget_total, settle_total
from state.view import ViewState, is_whole, show_down_to, show_held
from state.zone import zone_of

COUNTED: frozenset[Reason] = frozenset(("open", "filter", "manual"))
"""Reasons that count anew: somebody did something. Pushes and pages do not (state/totals.py)."""
NO_ITEM = "The item that this address names does not exist, or it is not yours to see."


@me.stateclass
class LibraryState:
    """Filters as the address has them (`spec`, state/filters.py), what in it names nothing (`note`), and the view.

    `place`: that of the address, until it has been found. `seek`: the item to scroll to, "" for the top, and how often
    that was said ("2 01ARZ…"). `ordered`: the list whose order was asked for (see `order_of`).
    """

    spec: str = ""
    note: str = ""
    seek: str = ""
    ordered: str = ""
    view: ViewState = field(default_factory=ViewState)
    total: TotalState = field(default_factory=TotalState)
    place: PlaceState = field(default_factory=PlaceState)


def library_query() -> MediaQuery:
    """What the library asks of the store, from its filters."""
    return to_query(me.state(LibraryState).spec, reader())


def library_filters() -> dict[str, str]:
    return from_spec(me.state(LibraryState).spec, reader())


def library_view() -> ViewState:
    return me.state(LibraryState).view


def tell_order() -> None:
    """The browser needs to know all of the list as it is now, not only the tiles that are mounted."""
    state = me.state(LibraryState)
    state.ordered = _name_of(state.view)


def order_of(items: Sequence[MediaItem]) -> list[str]:
    """Of the `items` that are shown, those that can be selected, by id, where that was asked for; pure.

    Only of the list that was asked about: told with each change of it, they would be most of what a refresh sends.
    """
    state = me.state(LibraryState)
    if not state.ordered or state.ordered != _name_of(state.view):
        return []
    return [item.id for item in items if item.status != "generating"]


def _name_of(view: ViewState) -> str:
    return f"{view.version} {view.loaded} {view.ceiling} {view.edits}"


def reader() -> Reader:
    who = principal()
    return Reader(who.user_id, home_project(), who.project_ids)


def read_url() -> None:
    """Take the filters and the open preview from the address; what is unknown in it is ignored, with a word."""
    state = me.state(LibraryState)
    filters, note = read(dict(me.query_params), reader())
    named = me.query_params.get("item", "")
    state.note = " ".join(filter(None, (note, NO_ITEM if named and not is_id(named) else "")))
    state.spec = to_spec(filters, services().clock.now(), _zone())
    open_preview(named)
    forget_total(state.total)
    state.view.loaded = ViewState().loaded
    show_held(state.view, library_query())
    _seek("")
    state.place.item_id, state.place.asked = _place(), ""
    if state.place.item_id and show_down_to(state.view, state.place.item_id):
        _seek(state.place.item_id)


def renew_dates() -> None:
    """What "today" stands for may be another day by now."""
    state = me.state(LibraryState)
    state.spec = to_spec(library_filters(), services().clock.now(), _zone())


def filter_by(wanted: Mapping[str, object]) -> None:
    """Have the address, and with it the page, tell other filters: {name: value}, or {"clear": True}."""
    before, _ = read(dict(me.query_params), reader())
    after, note = read(changed(before, wanted), reader())
    for name in (*NAMES, "at"):
        if name in after and me.query_params.get(name) != after[name]:
            me.query_params[name] = after[name]
        elif name not in after and name in me.query_params:
            del me.query_params[name]
    read_url()
    me.state(LibraryState).note = note


def load_library(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """Refresh the library's view for `reason`, and count anew where somebody asked for that.

    Then it is led to the place that the address names, if that has not been found yet. A refresh is one frame, its
    count included; what opens shows its items first.
    """
    state, counted = me.state(LibraryState), reason in COUNTED
    if reason == "manual":
        renew_dates()
    if counted:
        state.total.waits = "list"
    for _ in load_view(state.view, library_query(), reason, scope="library", until=until, hold=hold):
        if counted and not state.view.fetching and (reason == "manual" or is_whole(state.view)):
            for _ in count_total(state.total, state.view, library_query()):
                pass
            counted = False
        settle()
        yield
    if counted:
        yield from count_total(state.total, state.view, library_query())
    yield from _find_place()


def count_exactly() -> Generator[None, None, None]:
    """Count all there are, however many."""
    state = me.state(LibraryState)
    yield from count_total(state.total, state.view, library_query(), exact=True)


def settle() -> None:
    """Something may have come to the list, or left it: what that makes of the total."""
    state = me.state(LibraryState)
    settle_total(state.total, state.view, library_query())


def follow() -> Generator[None, None, None]:
    """The list, or a count, or the item that the address leads to, may have come."""
    state = me.state(LibraryState)
    yield from follow_total(state.total, state.view, library_query())
    yield from _find_place()


def _find_place() -> Generator[None, None, None]:
    """Lead to the item that the address names, if it is still in this list and not too far down.

    Whoever has scrolled elsewhere meanwhile, which the address tells, stays there.
    """
    state = me.state(LibraryState)
    wanted = state.place.item_id
    if wanted and _place() not in ("", wanted):
        wanted = state.place.item_id = ""
    if not wanted:
        return
    if (yield from lead_down(state.place, state.view, library_query())):
        _seek(wanted)
        state.place.item_id = ""
    yield


def _seek(media_id: str) -> None:
    state = me.state(LibraryState)
    state.seek = f"{int(state.seek.partition(' ')[0] or 0) + 1} {media_id}"


def _place() -> str:
    place = me.query_params.get("at", "")
    return place if is_id(place) else ""


def _zone() -> tzinfo:
    return zone_of(flask.request.cookies)
