"""One view of a query: what a screen holds and whether a fetch is running, two independent facts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from services.container import services
from services.errors import FreshetError, NotFound, StoreError
from services.freshness import Reason, Snapshot
from services.models import MediaItem, MediaQuery
from services.store.protocol import PAGE_SIZE
from state.session import principal

MOST_LOADED = 1_000
"""Items one view may hold; a client cannot make the server read more in one go."""


@dataclass
class ViewState:
    """Part of a stateclass. Names a snapshot, never holds items: rendering reads that snapshot only.

    `version` and `as_of_ms` say what is held and since when ("" and 0 before the first answer); `fetching` is the
    reason of a running fetch; `error` is why the last one failed. They vary independently: a failed refresh keeps
    the version it had.
    """

    version: str = ""
    loaded: int = PAGE_SIZE
    as_of_ms: int = 0
    fetching: str = ""
    error: str = ""


def first_load(view: ViewState) -> bool:
    """Nothing is held yet, and nothing has failed.

    A function, not a property: Mesop sends the properties of nested state to the browser and refuses them back.
    """
    return not view.version and not view.error


def load_view(
    view: ViewState, query: MediaQuery, reason: Reason, *, scope: str, until: str = ""
) -> Generator[None, None, None]:
    """Refresh `view` from the store; yields once when the fetch begins and once when it has ended.

    A failure keeps what is held and says why in `view.error`. `page` asks for one more page than is shown; `until`,
    for a page, is the cursor the client saw, so that a repeated request does not load twice.
    """
    view.fetching = reason
    if reason == "filter":
        _show_held(view, query)
    yield
    loaded = min(view.loaded, MOST_LOADED)
    if reason == "page" and until == cursor(view):
        loaded = min(loaded + PAGE_SIZE, MOST_LOADED)
    try:
        snapshot = services().freshness.revalidate(query, reason, principal(), scope=scope, loaded=loaded)
    except (StoreError, NotFound) as error:
        view.error = str(error)
    else:
        _show(view, snapshot)
        view.loaded = loaded
        view.error = ""
    finally:
        view.fetching = ""
    yield


def show_held(view: ViewState, query: MediaQuery) -> None:
    """Point `view` at what this process already holds for `query`, so that it paints at once; reads nothing."""
    view.error = ""
    _show_held(view, query)


def _show_held(view: ViewState, query: MediaQuery) -> None:
    held = services().freshness.snapshots.latest(query, principal())
    view.loaded = PAGE_SIZE
    if held is None:
        view.version, view.as_of_ms = "", 0
    else:
        _show(view, held)


def _show(view: ViewState, snapshot: Snapshot) -> None:
    view.version = snapshot.version
    view.as_of_ms = int(snapshot.as_of.timestamp() * 1000)


def held_items(view: ViewState) -> tuple[MediaItem, ...]:
    """The items `view` shows, from its snapshot; pure, so rendering may call it."""
    snapshot = _snapshot(view)
    return snapshot.items[: view.loaded] if snapshot else ()


def has_more(view: ViewState) -> bool:
    """Whether the list goes on below what `view` shows."""
    snapshot = _snapshot(view)
    return (
        snapshot is not None
        and (len(snapshot.items) > view.loaded or not snapshot.complete)
        and view.loaded < MOST_LOADED
    )


def cursor(view: ViewState) -> str:
    """Names the end of what is shown: asking for more with the same cursor twice loads one page."""
    items = held_items(view)
    return f"{len(items)}:{items[-1].id}" if items else ""


def recover(view: ViewState, query: MediaQuery, *, scope: str) -> bool:
    """Re-read the snapshot that `view` names if this process does not hold it; True if it had to.

    Another process answered this tab last, or the snapshot was dropped. The one read that rendering may cause: it
    happens before the tree is built, and the caller sends that tree whole.
    """
    if not view.version or _snapshot(view) is not None:
        return False
    try:
        loaded = min(view.loaded, MOST_LOADED)
        _show(view, services().freshness.revalidate(query, "recover", principal(), scope=scope, loaded=loaded))
    except FreshetError as error:
        view.version, view.error = "", str(error)
    return True


def _snapshot(view: ViewState) -> Snapshot | None:
    return services().freshness.snapshots.get(view.version, principal()) if view.version else None
