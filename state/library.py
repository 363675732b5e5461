"""The library page's state and its shared load-and-update function."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import field
from typing import cast

import mesop as me

from services.freshness import Reason
from services.models import MediaQuery, MediaType
from state.preview import open_preview
from state.session import project_id
from state.view import ViewState, load_view, show_held

TYPES: tuple[str, ...] = ("all", "image", "video", "audio", "combined")


@me.stateclass
class LibraryState:
    """Filters as the URL has them, and the view."""

    media_type: str = "all"
    view: ViewState = field(default_factory=ViewState)


def library_query() -> MediaQuery:
    """What the library asks of the store, from its filters."""
    chosen = me.state(LibraryState).media_type
    return MediaQuery(project_id=project_id(), media_type=None if chosen == "all" else cast(MediaType, chosen))


def library_view() -> ViewState:
    return me.state(LibraryState).view


def read_url() -> None:
    """Take the filters and the open preview from the URL; anything unknown in it is ignored."""
    state = me.state(LibraryState)
    chosen = me.query_params.get("type", "all")
    state.media_type = chosen if chosen in TYPES else "all"
    open_preview(me.query_params.get("item", ""))
    state.view.loaded = ViewState().loaded
    show_held(state.view, library_query())


def load_library(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """Refresh the library's view for `reason`."""
    yield from load_view(library_view(), library_query(), reason, scope="library", until=until, hold=hold)
