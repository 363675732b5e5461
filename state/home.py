"""The Home page's state: a view for each shelf, and the page's shared load-and-update function.

A shelf is one row of a list, and a view of its own. Some of them ask the very thing that the library or a chooser asks,
so what one of these holds paints the other at once.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import flask
import mesop as me

from services.container import services
from services.freshness import Reason
from services.models import MediaItem, MediaQuery
from state.loading import Part, is_awaited, is_undecided, load_together, load_view
from state.opened import as_opened, opened_of
from state.session import principal, project_id
from state.view import ViewState, first_load, held_items, new_items, show_held, show_new, take_up

ROW = 12
"""Items of a shelf: as many as one row has on the widest screens. So a shelf costs 12 documents the first time."""
LATELY = timedelta(days=2)
"""For so long a failure asks for attention."""


@dataclass(frozen=True)
class Shelf:
    """One row of Home. `name` is the field of `HomeState` that has its view, `filters` are what it asks for, and
    `all_words` leads to all of that: to the library with the filters of `address` (state/filters.py). Both are "" where
    the library has no such list.
    """

    name: str
    heading: str
    filters: Mapping[str, str | bool]
    all_words: str = ""
    address: str = ""
    own: bool = False
    """Only what this person made."""


SHELVES: tuple[Shelf, ...] = (
    Shelf("making", "Running now", {"status": "generating"}, "All running", "status=running&owner=me", own=True),
    Shelf("failed", "Needs you", {"status": "failed"}, "All failed", "status=failed&owner=me", own=True),
    Shelf("opened", "Last opened", {}),
    Shelf("images", "Images", {"media_type": "image", "status": "ready"}, "All images", "type=image"),
    Shelf("videos", "Videos", {"media_type": "video", "status": "ready"}, "All videos", "type=video"),
    Shelf("sounds", "Audio", {"media_type": "audio", "status": "ready"}, "All audio", "type=audio"),
    Shelf("favourites", "Favourites", {"favourite": True}, "All favourites", "favourite=1"),
)
"""In the order of the page. Favourites come last: a heart that makes the shelf appear moves none of the others."""
_BY_NAME: Mapping[str, Shelf] = MappingProxyType({shelf.name: shelf for shelf in SHELVES})
WORKED_ON = ("making", "failed", "images", "videos", "sounds")
"""What the end of a run, its beginning or an upload can change."""


@me.stateclass
class HomeState:
    """A view for each shelf.

    `opened_ids`: the items that were opened last, the latest first, parted by spaces. `failed_since_ms`: what failed
    before does not matter any more. `kept`: the names of shelves that stay on screen though they be empty: only opening
    and Refresh take a row away, since everything below it moves. `still`: nor does one come, the page is scrolled.
    """

    making: ViewState = field(default_factory=ViewState)
    failed: ViewState = field(default_factory=ViewState)
    opened: ViewState = field(default_factory=ViewState)
    images: ViewState = field(default_factory=ViewState)
    videos: ViewState = field(default_factory=ViewState)
    sounds: ViewState = field(default_factory=ViewState)
    favourites: ViewState = field(default_factory=ViewState)
    opened_ids: str = ""
    failed_since_ms: int = 0
    kept: str = ""
    still: bool = False


def shelf_view(name: str) -> ViewState:
    view: ViewState = getattr(me.state(HomeState), name)
    return view


def shelf_query(name: str) -> MediaQuery:
    if name == "opened":
        return MediaQuery(project_id=project_id(), ids=as_opened(me.state(HomeState).opened_ids.split()))
    return _query(name, principal().user_id, project_id())


@lru_cache(maxsize=1_024)
def _query(name: str, user_id: str, project: str) -> MediaQuery:
    shelf = _BY_NAME[name]
    own = {"owner_id": user_id} if shelf.own else {}
    return MediaQuery.model_validate({"project_id": project} | dict(shelf.filters) | own)


def is_asked(name: str) -> bool:
    """Whether the shelf asks anything at all."""
    return name != "opened" or bool(me.state(HomeState).opened_ids)


def shelf_items(name: str) -> tuple[MediaItem, ...]:
    """What a shelf shows; pure."""
    state, items = me.state(HomeState), held_items(shelf_view(name)) if is_asked(name) else ()
    if name == "failed":
        return tuple(item for item in items if _is_late(item))
    if name == "opened":
        place = {media_id: number for number, media_id in enumerate(state.opened_ids.split())}
        there = (item for item in items if item.deleted_at is None)
        return tuple(sorted(there, key=lambda item: place.get(item.id, len(place))))
    return items


def shelves_shown() -> list[Shelf]:
    """The shelves on screen: those that were there, and unless the page is scrolled those with something in them."""
    state = me.state(HomeState)
    kept = state.kept.split()
    return [shelf for shelf in SHELVES if shelf.name in kept or (not state.still and shelf_items(shelf.name))]


def all_shown() -> tuple[MediaItem, ...]:
    """The items on the page, each once; pure."""
    return _each_once(item for shelf in shelves_shown() for item in shelf_items(shelf.name))


def arrived() -> tuple[MediaItem, ...]:
    """What was held back so that nothing moves: new items of the shelves on screen, and shelves that were not there."""
    shown = {shelf.name for shelf in shelves_shown()}
    return _each_once(
        item
        for shelf in SHELVES
        if is_asked(shelf.name)
        for item in (new_items(shelf_view(shelf.name)) if shelf.name in shown else shelf_items(shelf.name))
        if shelf.name != "failed" or _is_late(item)
    )


def _is_late(item: MediaItem) -> bool:
    """Whether it failed not long ago: made long before, it may have been tried again."""
    return item.updated_at.timestamp() * 1000 >= me.state(HomeState).failed_since_ms


def _each_once(items: Iterable[MediaItem]) -> tuple[MediaItem, ...]:
    return tuple({item.id: item for item in items}.values())


def let_in() -> None:
    """Show what was held back."""
    _begin_anew()
    for shelf in SHELVES:
        if is_asked(shelf.name):
            show_new(shelf_view(shelf.name), shelf_query(shelf.name))


def overall() -> ViewState:
    """The page as one view, for its status line: as old as the oldest of what it shows, and failed where one did."""
    views = [shelf_view(shelf.name) for shelf in SHELVES if is_asked(shelf.name)]
    held = [view for view in views if view.version]
    failed = [view for view in views if view.error]
    unanswered = "open" if any(first_load(view) for view in views) else ""  # its row is missing, but need not be empty
    return ViewState(
        version="held" if held else "",
        as_of_ms=min((view.as_of_ms for view in held), default=0),
        fetching=next((view.fetching for view in views if is_awaited(view)), unanswered),
        error=failed[0].error if failed else "",
        offline=any(view.offline for view in failed),
        catching_up=any(view.catching_up for view in held),
    )


def what_to_show() -> Literal["shelves", "failed", "loading", "empty"]:
    """Four different screens; empty is only what every shelf says."""
    if shelves_shown():
        return "shelves"
    if overall().error:
        return "failed"
    waiting = any(is_undecided(shelf_view(shelf.name)) for shelf in SHELVES if is_asked(shelf.name))
    return "loading" if waiting else "empty"


def open_home() -> None:
    """The page was opened: what is held of each shelf at once; reads nothing."""
    state = me.state(HomeState)
    _begin_anew()
    state.opened_ids = " ".join(opened_of(flask.request.cookies))
    state.failed_since_ms = int((services().clock.now() - LATELY).timestamp() * 1000)
    state.opened = ViewState()  # other items than at the last visit
    for shelf in SHELVES:
        if is_asked(shelf.name):
            show_held(shelf_view(shelf.name), shelf_query(shelf.name), loaded=ROW)


def load_home(
    reason: Reason, *, hold: bool = False, only: Collection[str] = tuple(_BY_NAME)
) -> Generator[None, None, None]:
    """Refresh the shelves `only` names, side by side. Opening and Refresh show the page as it is now; for
    other reasons the rows on screen stay there.
    """
    if reason in ("open", "manual") and not hold:
        _begin_anew()
    else:
        keep_shelves(hold)
    parts = [shelf_part(shelf.name) for shelf in SHELVES if shelf.name in only and is_asked(shelf.name)]
    yield from load_together(parts, reason, hold=hold)


def load_shelf(name: str, reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """Refresh one shelf: it alone has changed."""
    part = shelf_part(name)
    yield from load_view(part.view, part.query, reason, scope=part.scope, kind=part.kind, hold=hold)


def shelf_part(name: str) -> Part:
    """A shelf as one of several that are refreshed together."""
    return Part(shelf_view(name), shelf_query(name), "home", "sections")


def keep_shelves(hold: bool) -> None:
    """From now on the rows that are on screen stay, and with `hold` no other one comes.

    One that was held back until now comes as it is by now: its session may have learnt more since it was read.
    """
    state, shown = me.state(HomeState), [shelf.name for shelf in shelves_shown()]
    state.kept, state.still = " ".join(shown), hold
    for shelf in shelves_shown():
        if shelf.name not in shown:
            take_up(shelf_view(shelf.name), shelf_query(shelf.name))


def _begin_anew() -> None:
    state = me.state(HomeState)
    state.kept, state.still = "", False
