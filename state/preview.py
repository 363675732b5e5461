"""The item that is looked at more closely, on whichever page."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from functools import partial

import mesop as me

from services.container import services
from services.errors import NotFound, StoreError
from services.freshness.edits import edited
from services.ids import is_id
from services.models import MediaItem
from state.aside import read_aside
from state.session import principal

NOT_THERE = "This item does not exist, or it is not yours to see."
NO_LONGER = "This item is no longer there."


@me.stateclass
class PreviewState:
    """`item_id` is "" while nothing is open; `missing` says why an item cannot be shown.

    `among`: the list that it was opened from, by name, on a page of several. An item that is in no list of the page is
    drawn from its `revision` and the pending `edits` over it, both named as a view names its snapshot.
    """

    item_id: str = ""
    among: str = ""
    missing: str = ""
    revision: int = 0
    edits: str = ""


def open_preview(media_id: str, among: str = "") -> None:
    """Open the preview of an item out of one of the page's lists; an id that is none opens nothing."""
    close_preview()
    if is_id(media_id):
        state = me.state(PreviewState)
        state.item_id, state.among = media_id, among
        look_again()


def go_on_to(media_id: str) -> None:
    """Look at another item of the same list instead; "" ends looking."""
    open_preview(media_id, me.state(PreviewState).among)


def close_preview() -> None:
    state = me.state(PreviewState)
    state.item_id = state.among = state.missing = state.edits = ""
    state.revision = 0


def look_again() -> None:
    """Take up what this process knows of the open item by now; reads nothing."""
    state, who = me.state(PreviewState), principal().user_id
    if not state.item_id:
        return
    seen = services().freshness.seen
    edits = services().editor.overlays.current(who)  # first: what is stored is known before it ceases to be pending
    newest = seen.pin(who, state.item_id)
    if newest is not None:
        state.edits, state.revision, state.missing = edits, newest.revision, ""
    elif seen.is_gone(who, state.item_id):
        state.revision, state.missing = 0, NO_LONGER


def previewed(items: tuple[MediaItem, ...]) -> MediaItem | None:
    """The open item: from the page's own items, else as it was known when this tab last looked. Pure."""
    state = me.state(PreviewState)
    return next((item for item in items if item.id == state.item_id), None) or _apart(state)


def stored_preview() -> MediaItem | None:
    """The open item as it is stored, without what is pending."""
    state = me.state(PreviewState)
    return services().freshness.seen.at(principal().user_id, state.item_id, state.revision)


def _apart(state: PreviewState) -> MediaItem | None:
    who, item = principal().user_id, stored_preview()
    return edited(item, services().editor.overlays.get(state.edits, who) or ()) if item else None


def find_previewed(items: tuple[MediaItem, ...]) -> Generator[None, None, None]:
    """Read the item of a permalink that is not among `items`. It fills the preview only, never a grid."""
    if me.state(PreviewState).item_id and previewed(items) is None:
        _read()
        yield


def refresh_previewed(items: tuple[MediaItem, ...]) -> Generator[None, None, None]:
    """Refresh was pressed: the open item is read by its id where it is not among `items`. If that fails, it stays."""
    state = me.state(PreviewState)
    if not state.item_id or any(item.id == state.item_id for item in items):
        return
    with suppress(StoreError):
        try:
            _ask()
        except NotFound:
            state.revision, state.missing = 0, NO_LONGER
        yield


def recover_preview(items: tuple[MediaItem, ...]) -> bool:
    """Read the open item again if it is in no list, and this process does not hold what the state names of it.

    True if it had to: the caller then sends the whole tree.
    """
    state = me.state(PreviewState)
    if not state.revision or previewed(items) is not None:
        return False
    _read()
    return True


def _ask() -> None:
    """Read the open item by its id alone, whatever project it is in. Raises NotFound, StoreError."""
    wanted = me.state(PreviewState).item_id
    item = read_aside("preview", "permalink", partial(services().store.media.get, principal(), wanted))
    services().freshness.seen.note(principal().user_id, [item])
    look_again()


def _read() -> None:
    state = me.state(PreviewState)
    try:
        _ask()
    except NotFound:
        state.revision, state.missing = 0, NOT_THERE
    except StoreError as error:
        state.revision, state.missing = 0, str(error)
