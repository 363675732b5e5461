"""The Media item page's state and its shared load-and-update function.

The item is a view like any other: a query that names it. So it is painted from whatever list this process holds it in,
kept current by pushes, and labelled with its age. What it was made from, and what was made from it, are child lists.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import field, replace
from functools import partial

import flask
import mesop as me

from services.container import services
from services.errors import FreshetError, NotFound, StoreUnavailable
from services.freshness import Reason
from services.freshness.asides import Aside
from services.freshness.policy import ALWAYS
from services.ids import is_id
from services.models import MediaItem, MediaQuery
from services.models.query import MOST_IDS
from state import loading
from state.aside import ask_aside
from state.edits import MOST_UNDONE
from state.filters import read, to_query, to_spec
from state.handlers import notify
from state.library import reader
from state.loading import SEEN_BEGINNING, is_awaited, load_view
from state.opinion import forget_opinion
from state.preview import NOT_THERE
from state.projects import project_names
from state.session import principal, project_id, work_in
from state.view import ViewState, first_load, held_items, new_items, show_held, show_new
from state.zone import zone_of

GONE = "This item is no longer there: it was deleted for good, or it is not yours to see any more."


@me.stateclass
class MediaItemState:
    """`item_id` is "" for an address that names nothing; `known`: the item has been shown on this visit.

    `left`: the items that were deleted on this visit, parted by spaces, from each of which the page went on to another.
    `passed`: those from which it went on to the next one, likewise. `reached`: how far, and which way, a neighbour was
    looked for in vain (`Step.reached`). `asked`: the question by which the item is being sought, by its id alone; ""
    for none. `stepping`: which way a neighbour is being looked for, by which question, and "told" if whoever pressed
    has heard that there is none. `ends`: the ways that lead nowhere, as far as that is known (state/ends.py).
    """

    item_id: str = ""
    known: bool = False
    left: str = ""
    passed: str = ""
    reached: str = ""
    view: ViewState = field(default_factory=ViewState)
    sources: ViewState = field(default_factory=ViewState)
    derived: ViewState = field(default_factory=ViewState)
    asked: str = ""
    stepping: str = ""
    ends: str = ""
    sought: bool = False
    """The project of the address lacks the item, and so does every other one as far as this person may know."""


def item_view() -> ViewState:
    return me.state(MediaItemState).view


def sources_view() -> ViewState:
    return me.state(MediaItemState).sources


def derived_view() -> ViewState:
    return me.state(MediaItemState).derived


def page_view() -> ViewState:
    """The page as one view, for its status line: it is being fetched, or catching up, as long as any of its lists is.

    Its age is the item's, and a child list that could not be read says so in its place.
    """
    item, kin = item_view(), [derived_view(), *([sources_view()] if has_sources() else [])]
    unread = shown_item() is not None and any(first_load(view) for view in kin)
    awaited = "open" if unread or me.state(MediaItemState).stepping else ""
    views = [item, *kin]
    return replace(
        item,
        fetching=next((view.fetching for view in views if is_awaited(view)), awaited),
        catching_up=any(view.version and view.catching_up for view in views),
    )


def list_query() -> MediaQuery:
    """The list that the address names besides the item, as the library reads it: all of the project without."""
    filters, _ = read(dict(me.query_params), reader())
    return to_query(to_spec(filters, services().clock.now(), zone_of(flask.request.cookies)), reader())


def item_query() -> MediaQuery:
    return MediaQuery(project_id=project_id(), ids=(me.state(MediaItemState).item_id,))


def sources_query() -> MediaQuery:
    """What the item was made from."""
    item = shown_item()
    return MediaQuery(project_id=project_id(), ids=source_ids(item) if item else ())


def derived_query() -> MediaQuery:
    """What was made from the item."""
    return MediaQuery(project_id=project_id(), source_id=me.state(MediaItemState).item_id)


def source_ids(item: MediaItem) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.source_ids))[:MOST_IDS]


def is_named() -> bool:
    """Whether the address names an item at all."""
    return bool(me.state(MediaItemState).item_id)


def has_sources() -> bool:
    item = shown_item()
    return item is not None and bool(item.source_ids)


def sources_absent() -> int:
    """How many of the items that this one was made from the list of them lacks, now that it is known; pure."""
    view, item = sources_view(), shown_item()
    return len(source_ids(item)) - len(held_items(view)) if item and view.version and not view.error else 0


def _lacks_sources() -> bool:
    """Whether it is known what the item was made from, and nobody has asked for that yet."""
    view = sources_view()
    return has_sources() and not (view.version or view.error or view.fetching)


def shown_item() -> MediaItem | None:
    """The item as the page shows it: with what is pending, and also from the trash; pure."""
    return next(iter(held_items(item_view())), None)


def arrived() -> tuple[MediaItem, ...]:
    """What was made from the item, or came back, while the page was scrolled: held back, so that nothing moves."""
    views = [derived_view(), *([sources_view()] if has_sources() else [])]
    return tuple(item for view in views for item in new_items(view))


def let_in() -> None:
    """Show what was held back."""
    show_new(derived_view(), derived_query())
    if has_sources():
        show_new(sources_view(), sources_query())


def why_absent() -> str:
    """Why no item is shown, once that is known. Of an item of others it says no more than of none."""
    return GONE if me.state(MediaItemState).known else NOT_THERE


def is_undecided() -> bool:
    """Whether it is still open if there is such an item: the project of the address lacks it, or may; pure."""
    state = me.state(MediaItemState)
    is_open = loading.is_undecided(state.view) or not state.sought
    return is_named() and shown_item() is None and not state.view.error and is_open


def is_to_be_sought() -> bool:
    """Whether the project of the address lacks it for certain, so that it may be in another one; pure."""
    return is_undecided() and not loading.is_undecided(item_view())


def is_awaiting() -> bool:
    """Whether the item, or its neighbour, is being looked for; pure."""
    return is_to_be_sought() or bool(me.state(MediaItemState).stepping)


def read_url() -> None:
    """Take the item from the address; what is no id names nothing."""
    state = me.state(MediaItemState)
    state.left = state.passed = ""
    show(me.query_params.get("id", ""))


def show(media_id: str) -> None:
    """Show another item, from what is held of it; reads nothing."""
    state = me.state(MediaItemState)
    forget_opinion()
    state.item_id, state.known, state.sought = media_id if is_id(media_id) else "", False, False
    state.reached = state.asked = state.stepping = state.ends = ""
    state.view, state.sources, state.derived = ViewState(), ViewState(), ViewState()
    if is_named():
        show_held(state.view, item_query())
        show_held(state.derived, derived_query())
    if has_sources():
        show_held(state.sources, sources_query())


def go_on_from(media_id: str) -> None:
    """The item was deleted, and the page is about to show another one."""
    state = me.state(MediaItemState)
    state.left = " ".join([*state.left.split(), media_id][-MOST_UNDONE:])


def has_gone_on_from(media_id: str) -> bool:
    return media_id in me.state(MediaItemState).left.split()


def load_item(reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """Refresh the item and, where somebody awaits the present state, its child lists with it.

    The item comes last: what is read later knows of more, and the item should not look as if it lagged behind.
    """
    if not is_named():
        yield
        return
    state = me.state(MediaItemState)
    if reason == "manual":
        state.sought, state.asked = False, ""
    load = load_view(state.view, item_query(), reason, scope="media", kind="item", hold=hold)
    if reason in SEEN_BEGINNING:
        next(load)
        yield
    if reason in ALWAYS:
        _quietly(load_derived(reason, hold=hold))
        if has_sources():
            _quietly(load_sources(reason))
    yield from load
    yield from load_children()


def load_children() -> Generator[None, None, None]:
    """Load the items that the item was made from, once it is known which these are, and seek one that is not there."""
    state = me.state(MediaItemState)
    state.known = state.known or shown_item() is not None
    if shown_item() is not None:
        state.asked = ""  # what was asked meanwhile is old once it should be sought again
    if is_to_be_sought():
        yield from _seek()
    if _lacks_sources():
        _quietly(load_sources("open"))
        yield
    if shown_item() is not None and first_load(derived_view()) and not derived_view().fetching:
        _quietly(load_derived("open"))
        yield


def _seek() -> Generator[None, None, None]:
    """Ask for the item by its id alone, since it may have been moved. Then the page goes on in its project.

    What takes its time announces itself, and this is called again then; also by a process that knows of no question.
    """
    state = me.state(MediaItemState)
    aside = services().asides.find(state.asked, principal()) or _ask_for(state.item_id)
    state.asked = "" if aside.done else aside.name
    item, moved = aside.answer, aside.answer is not None and aside.answer.project_id != project_id()
    if item is not None and (not moved or work_in(item.project_id)):
        yield from _find(item, moved)
        return
    if aside.done:
        _note_absence(aside.error)
    yield


def _ask_for(media_id: str) -> Aside[MediaItem]:
    read = partial(services().store.media.get, principal(), media_id)
    return ask_aside(("item", media_id), read, scope="media.seek", reason="permalink", announce=item_query())


def _note_absence(error: FreshetError | None) -> None:
    """It is nowhere that this person may look; or the store could not tell."""
    state = me.state(MediaItemState)
    if error is None or isinstance(error, NotFound):
        state.sought = True
    else:
        state.view.error, state.view.offline = str(error), isinstance(error, StoreUnavailable)


def _find(item: MediaItem, moved: bool) -> Generator[None, None, None]:
    """Show it after all; should it be on the move at this very moment, the page says that it is not there."""
    show(item.id)
    me.state(MediaItemState).sought = True
    if moved:
        notify(f"This item is in “{project_names().get(item.project_id, 'another project')}” now.")
    yield from load_item("permalink")


def _quietly(load: Generator[None, None, None]) -> None:
    """Without frames of its own."""
    for _ in load:
        pass


def load_sources(reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """What an item was made from hardly ever changes: it is part of its full metadata, and grows old as slowly."""
    view = sources_view()
    yield from load_view(
        view, sources_query(), reason, scope="media.sources", kind="metadata", hold=hold, patience=_patience()
    )


def load_derived(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """What was made from an item."""
    view = derived_view()
    yield from load_view(
        view, derived_query(), reason, scope="media.derived", kind="item", until=until, hold=hold, patience=_patience()
    )


def _patience() -> float:
    """Seconds for which a child list is waited for: the three of them together keep nobody long."""
    return loading.PATIENCE / 3
