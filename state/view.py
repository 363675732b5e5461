"""One view of a query: what a screen holds and whether a fetch is running, two independent facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.container import services
from services.errors import FreshetError, StoreUnavailable
from services.freshness import Snapshot
from services.freshness.edits import Edit, overlaid
from services.freshness.reading import searched_down_to
from services.models import MediaItem, MediaQuery
from services.store.cursors import Place, decode_cursor, encode_cursor, place_of
from services.store.protocol import PAGE_SIZE
from state.caught_up import tell_caught_up
from state.preview import look_again
from state.session import is_behind, principal, saw, token

MOST_LOADED = 1_000
"""Items one view may hold; a client cannot make the server read more in one go."""
LAST_ID = "~"
"""Sorts above every id."""


@dataclass
class ViewState:
    """Part of a stateclass. Names a snapshot, never holds items: rendering reads that snapshot only.

    `version` and `as_of_ms` say what is held and since when ("" and 0 before the first answer); `fetching` is the
    reason of a running fetch, and `asked` the process that does it; `error` is why the last one failed, and `offline`
    that it did not reach the store at all. They vary independently: a failed refresh keeps the version it had.

    `catching_up`: what is held may lack something that this session has written or seen (state/session.py).
    `around` names the item that the mounted tiles lie around and `place` where it was ("" and 0 for the top); `seen` is
    how many tiles the screen takes in, where that is more than usual (state/window.py).
    `ceiling` is a time of creation, as a place ("" for none): what is above it has arrived while the list was scrolled
    and is held back, so that nothing moves. `opened_ms` is when this visit's first answer was current. `edits` names
    the pending edits that lie over the snapshot ("" for none). `searched`: of a list that is searched in steps, how far
    it was, so that a process that holds nothing of it searches as far again.
    """

    version: str = ""
    loaded: int = PAGE_SIZE
    wanted: int = PAGE_SIZE
    as_of_ms: int = 0
    opened_ms: int = 0
    fetching: str = ""
    asked: str = ""
    error: str = ""
    offline: bool = False
    catching_up: bool = False
    ceiling: str = ""
    edits: str = ""
    around: str = ""
    place: int = 0
    seen: int = 0
    searched: str = ""


def first_load(view: ViewState) -> bool:
    """Nothing is held yet, and nothing has failed.

    A function, not a property: Mesop sends the properties of nested state to the browser and refuses them back.
    """
    return not view.version and not view.error


def take_up(view: ViewState, query: MediaQuery, *, hold: bool = False) -> None:
    """Show what is held and what is pending by now; reads nothing.

    What is older than what this session knows is labelled (`view.catching_up`).
    """
    edits, held = _now(query)
    if held is not None:
        _hold_back(view, query, hold)
        _show(view, held, edits)


def _now(query: MediaQuery) -> tuple[str, Snapshot | None]:
    """What is pending, and what is held. In this order: what is stored is held before it ceases to be pending."""
    who = principal()
    edits = services().editor.overlays.current(who.user_id)
    return edits, services().freshness.snapshots.latest(query, who)


def is_lost(view: ViewState) -> bool:
    """Whether this process cannot tell how the fetch that `view` waits for went: another one has it, or had."""
    return bool(view.fetching) and view.asked != services().freshness.mark


def settle_view(view: ViewState, query: MediaQuery, *, hold: bool = False, answered: bool = False) -> None:
    """Take up what the freshness engine has learnt about `query`; reads nothing.

    `answered` says that what this view waits for has come, even if the next fetch, for another tab, is under way.
    """
    entry = services().freshness.entry(query, principal())
    back = False
    before: tuple[MediaItem, ...] = ()
    if answered or entry.running is None:
        if back := view.offline and not entry.error:
            before = stored_items(view)
        view.fetching = ""
        if entry.error or not view.error or services().freshness.snapshots.latest(query, principal()) is not None:
            view.error, view.offline = entry.error or "", entry.offline
        # else another process failed to read it, and this one has not tried: nothing is known but that
        view.loaded = min(max(view.loaded, view.wanted), MOST_LOADED)
    take_up(view, query, hold=hold)
    if back:
        tell_caught_up(before, stored_items(view))


def show_held(view: ViewState, query: MediaQuery, *, loaded: int = PAGE_SIZE) -> None:
    """Point `view` at what this process already holds for `query`, so that it paints at once; reads nothing.

    A new visit: what arrives from now on is new. `loaded`: items that are shown of it, and asked for.
    """
    view.error, view.opened_ms = "", 0
    point_at(view, query, loaded)


def point_at(view: ViewState, query: MediaQuery, loaded: int = PAGE_SIZE) -> None:
    """Show what is held of `query` in place of what `view` showed, from its top."""
    edits, held = _now(query)
    view.loaded = view.wanted = loaded
    view.ceiling = view.around = view.searched = ""
    view.place = 0
    if held is None:
        view.version, view.edits, view.as_of_ms, view.catching_up = "", "", 0, False
    else:
        _show(view, held, edits)


def _show(view: ViewState, snapshot: Snapshot, edits: str) -> None:
    if view.version != snapshot.version:
        saw(snapshot)
    view.catching_up = is_behind(snapshot)
    view.version, view.edits = snapshot.version, edits
    if snapshot.held.searched_to is not None or view.searched:
        view.searched = searched_down_to(snapshot.held)
    view.as_of_ms = int(snapshot.as_of.timestamp() * 1000)
    view.opened_ms = view.opened_ms or view.as_of_ms
    if view.ceiling and not held_items(view):
        view.ceiling = ""  # nothing is left that new items could move
    look_again()


def _hold_back(view: ViewState, query: MediaQuery, hold: bool) -> None:
    """Set the ceiling over the newest item shown, or lift it. In the order of titles, where new ones may come anywhere,
    it lies over all that was made before what is shown was current; the oldest-first list grows at its end only.
    """
    if not hold or query.order == "oldest":
        view.ceiling = ""
    elif not view.ceiling and (items := held_items(view)):
        top = place_of(items[0]) if query.order == "newest" else Place((view.as_of_ms + 1) * 1000, LAST_ID)
        view.ceiling = encode_cursor(top)


def show_new(view: ViewState, query: MediaQuery) -> None:
    """Let in what was held back, as it is by now, for a reader who is at the top, or wants to be."""
    view.ceiling = ""
    view.around, view.place = "", 0
    take_up(view, query)


def held_items(view: ViewState) -> tuple[MediaItem, ...]:
    """The items `view` shows: its snapshot's, with what is pending; pure, so rendering may call it."""
    items = _items(view)
    above = {item.id for item in _held_back(view, items)}
    return tuple(item for item in items if item.id not in above)[: view.loaded] if above else items[: view.loaded]


def new_items(view: ViewState) -> tuple[MediaItem, ...]:
    """The items that were held back, newest first."""
    return _held_back(view, _items(view))


def stored_item(view: ViewState, media_id: str) -> MediaItem | None:
    """An item of the view's snapshot as it is stored, without what is pending."""
    return next((item for item in stored_items(view) if item.id == media_id), None)


def stored_items(view: ViewState) -> tuple[MediaItem, ...]:
    """All of the view's snapshot."""
    snapshot = _snapshot(view)
    return snapshot.items if snapshot else ()


def all_items(view: ViewState) -> tuple[MediaItem, ...]:
    """All that is held of the list, with what is pending: also what is held back, and what is not shown yet; pure."""
    return _items(view)


def is_whole(view: ViewState) -> bool:
    """Whether everything there is is shown; pure."""
    snapshot = _snapshot(view)
    return snapshot is not None and snapshot.complete and len(held_items(view)) == len(_items(view))


def is_bare(view: ViewState) -> bool:
    """Whether nothing is left of what was shown, and more lies below that has not been read; pure."""
    snapshot = _snapshot(view)
    return snapshot is not None and not snapshot.complete and snapshot.held.searched_to is None and not _items(view)


def end_of_held(view: ViewState) -> str | None:
    """The place down to which the list is held, as a cursor; None for its end."""
    snapshot = _snapshot(view)
    return snapshot.held.cursor if snapshot else None


def show_down_to(view: ViewState, media_id: str) -> bool:
    """Show as many pages as lead to an item, and the tiles around it, if what is held reaches there."""
    items = _items(view)
    place = next((place for place, item in enumerate(items) if item.id == media_id), -1)
    if place >= 0:
        view.around, view.place = media_id, place
        view.loaded = max(view.loaded, min(-(-(place + 1) // PAGE_SIZE) * PAGE_SIZE, MOST_LOADED))
    return place >= 0


def searched_to(view: ViewState) -> datetime | str | None:
    """How far back the list was searched for what the store does not filter, where it is shown to its end so far and
    goes on: a time, or in the order of titles the beginning of one. None for all other lists.
    """
    snapshot = _snapshot(view)
    shown_whole = snapshot is not None and not snapshot.complete and len(_items(view)) <= view.loaded
    return snapshot.held.searched_to if snapshot is not None and shown_whole and not is_cut_off(view) else None


def _items(view: ViewState) -> tuple[MediaItem, ...]:
    snapshot = _snapshot(view)
    return overlaid(snapshot.drawn, snapshot.query, pending_edits(view.edits)) if snapshot else ()


def pending_edits(version: str) -> tuple[Edit, ...]:
    """The pending edits that a state names."""
    return services().editor.overlays.get(version, principal().user_id) or ()


def _held_back(view: ViewState, items: tuple[MediaItem, ...]) -> tuple[MediaItem, ...]:
    if not view.ceiling:
        return ()
    ceiling = decode_cursor(view.ceiling)
    return tuple(item for item in items if not place_of(item).reaches(ceiling))


def has_more(view: ViewState) -> bool:
    """Whether there is more to show below what `view` shows."""
    return view.loaded < MOST_LOADED and _goes_on(view)


def is_cut_off(view: ViewState) -> bool:
    """Whether the list goes on below what `view` shows, or may, and no view shows more; pure."""
    return view.loaded >= MOST_LOADED and len(held_items(view)) >= MOST_LOADED and _goes_on(view)


def _goes_on(view: ViewState) -> bool:
    snapshot = _snapshot(view)
    if snapshot is None:
        return False
    items = _items(view)
    return len(items) - len(_held_back(view, items)) > view.loaded or not snapshot.complete


def cursor(view: ViewState) -> str:
    """Names the end of what is shown: asking for more with the same cursor twice loads one page."""
    items = held_items(view)
    return f"{len(items)}:{items[-1].id}" if items else ""


def recover(view: ViewState, query: MediaQuery, *, scope: str) -> bool:
    """Find anew what `view` names if this process does not hold it; True if it had to.

    Another process answered this tab last, or the snapshot was dropped, and is read again: the one read that rendering
    may cause. It happens before the tree is built, and the caller sends that tree whole.
    """
    if not view.version:
        return False
    if _snapshot(view) is not None:
        lost = services().editor.overlays.get(view.edits, principal().user_id) is None
        if lost:
            take_up(view, query, hold=bool(view.ceiling))
        return lost
    try:
        loaded = min(view.loaded, MOST_LOADED)
        known, edits = token(), services().editor.overlays.current(principal().user_id)
        snapshot = services().freshness.revalidate(
            query, "recover", principal(), scope=scope, loaded=loaded, down_to=view.searched
        )
        services().sessions.answered(snapshot, known)
        _show(view, snapshot, edits)
    except FreshetError as error:
        view.version, view.error, view.offline = "", str(error), isinstance(error, StoreUnavailable)
        take_up(view, query, hold=bool(view.ceiling))
    return True


def _snapshot(view: ViewState) -> Snapshot | None:
    return services().freshness.snapshots.get(view.version, principal()) if view.version else None
