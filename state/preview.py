"""The item that is looked at more closely, on whichever page."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial

import mesop as me

from services.container import services
from services.errors import FreshetError, NotFound, StoreError
from services.freshness.asides import Aside
from services.freshness.edits import edited
from services.ids import is_id
from services.models import MediaItem, MediaQuery
from state.aside import ask_aside, read_aside
from state.session import principal, project_id

NOT_THERE = "This item does not exist, or it is not yours to see."
NO_LONGER = "This item is no longer there."


@me.stateclass
class PreviewState:
    """`item_id` is "" while nothing is open; `missing` says why an item cannot be shown. `asked`: the question by which
    it is being read, by its id alone; "" for none.

    `among`: the list that it was opened from, by name, on a page of several. An item that is in no list of the page is
    drawn from its `revision` and the pending `edits` over it, both named as a view names its snapshot.
    """

    item_id: str = ""
    among: str = ""
    missing: str = ""
    asked: str = ""
    revision: int = 0
    edits: str = ""


def open_preview(media_id: str, among: str = "") -> None:
    """Open the preview of an item out of one of the page's lists; an id that is none opens nothing."""
    state = me.state(PreviewState)
    asked = state.asked if state.item_id == media_id else ""
    close_preview()
    if is_id(media_id):
        state.item_id, state.among, state.asked = media_id, among, asked
        look_again()


def go_on_to(media_id: str) -> None:
    """Look at another item of the same list instead; "" ends looking."""
    open_preview(media_id, me.state(PreviewState).among)


def close_preview() -> None:
    state = me.state(PreviewState)
    state.item_id = state.among = state.missing = state.asked = state.edits = ""
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


def is_sought() -> bool:
    """Whether the open item is being read by its id alone; pure."""
    return bool(me.state(PreviewState).asked)


def apart_query() -> MediaQuery:
    """The item as a view of its own, in its own project, which need not be the page's; pure.

    One that is not known yet finds nothing: the view is there for its answer, which announces itself by it.
    """
    item = stored_preview()
    if item is None or item.project_id not in principal().project_ids:
        return MediaQuery(project_id=project_id(), ids=())
    return MediaQuery(project_id=item.project_id, ids=(item.id,))


def find_previewed(items: tuple[MediaItem, ...]) -> Generator[None, None, None]:
    """Read the item of a permalink that is not among `items`. It fills the preview only, never a grid."""
    if me.state(PreviewState).item_id and previewed(items) is None:
        _ask()
        yield


def refresh_previewed(items: tuple[MediaItem, ...]) -> Generator[None, None, None]:
    """Refresh was pressed: the open item is read by its id where it is not among `items`. If that fails, it stays."""
    state = me.state(PreviewState)
    if state.item_id and all(item.id != state.item_id for item in items):
        _ask()
        yield


def follow_previewed() -> Generator[None, None, None]:
    """What was read of the open item may have come. Another process does not know of the question, and asks anew."""
    state = me.state(PreviewState)
    aside = services().asides.find(state.asked, principal())
    if aside is None:
        _ask()
    else:
        _take_up(aside)
    yield


def recover_preview(items: tuple[MediaItem, ...]) -> bool:
    """Read the open item again if it is in no list, and this process does not hold what the state names of it.

    True if it had to: the caller then sends the whole tree. This is the one that waits, since something is to be drawn.
    """
    state = me.state(PreviewState)
    if not state.revision or previewed(items) is not None:
        return False
    try:
        _show(read_aside("preview", "permalink", _read_of(state.item_id)))
    except (NotFound, StoreError) as error:
        _fail(error)
    return True


def _read_of(media_id: str) -> Callable[[], MediaItem]:
    """By its id alone, whatever project it is in."""
    return partial(services().store.media.get, principal(), media_id)


def _ask() -> None:
    """Read the open item; what takes its time is followed (`follow_previewed`)."""
    wanted = me.state(PreviewState).item_id
    _take_up(ask_aside(("item", wanted), _read_of(wanted), scope="preview", reason="permalink", announce=apart_query()))


def _take_up(aside: Aside[MediaItem]) -> None:
    state = me.state(PreviewState)
    state.asked = "" if aside.done else aside.name
    if aside.answer is not None:
        _show(aside.answer)
    elif aside.error is not None:
        _fail(aside.error)
    else:
        look_again()  # a push may have been faster


def _show(item: MediaItem) -> None:
    services().freshness.seen.note(principal().user_id, [item])
    look_again()


def _fail(error: FreshetError) -> None:
    """An item that is shown stays, unless it is known to be gone."""
    state, shown = me.state(PreviewState), stored_preview() is not None
    if isinstance(error, NotFound):
        was_there = shown or state.missing == NO_LONGER
        state.revision, state.missing = 0, NO_LONGER if was_there else NOT_THERE
    elif not shown:
        state.revision, state.missing = 0, str(error)
