"""The inside of the "Choose from Library" dialog: newest first, one press uses an item."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import field
from typing import cast

import mesop as me

from components.frame import failed_notice, freshness, new_drop, scrolled, waterline
from components.library.media_tile import media_tiles
from components.web import aria, sentinel, symbol
from services.freshness import Reason
from services.models import MediaQuery, MediaType
from state.handlers import Handler, handler
from state.session import project_id
from state.view import ViewState, cursor, first_load, has_more, held_items, load_view, show_held, show_new


@me.stateclass
class SelectorState:
    """What the open chooser lists. Only one is open at a time."""

    media_type: str = "image"
    view: ViewState = field(default_factory=ViewState)


def selector_query() -> MediaQuery:
    """Finished items of the asked type: what still generates cannot be chosen."""
    media_type = cast(MediaType, me.state(SelectorState).media_type)
    return MediaQuery(project_id=project_id(), media_type=media_type, status="ready")


def selector_view() -> ViewState:
    return me.state(SelectorState).view


def paint_held(media_type: MediaType) -> None:
    """Turn to `media_type` and show what this process holds of it, without asking the store."""
    me.state(SelectorState).media_type = media_type
    show_held(selector_view(), selector_query())


def refresh_selector(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The selector's loader: ask the store again."""
    yield from load_view(selector_view(), selector_query(), reason, scope="chooser", until=until, hold=hold)


def load_when_needed(needs_refresh: dict[str, bool], chooser_key: str) -> Generator[None, None, None]:
    """Ask the store if the parent's flag for `chooser_key` stands, and clear it: once per opening."""
    if not needs_refresh.get(chooser_key):
        return
    try:
        opening = refresh_selector("open")
        next(opening)  # its beginning is on screen already: the parent has yielded
        for _ in opening:
            needs_refresh[chooser_key] = False
            yield
    finally:
        needs_refresh[chooser_key] = False


def library_image_selector(*, media_type: MediaType, needs_refresh: bool, on_select: Handler) -> None:
    """Draw the list. While the parent's `needs_refresh` stands, what is shown is from before the opening."""
    view = selector_view()
    with me.box(classes="choose-head", key="choose-head"):
        freshness(view, on_refresh_selector)
        if needs_refresh:
            with me.box(classes="vh"):
                me.text("Looking for newer items")
        new_drop(view, on_show_new)
        waterline(view)
    with me.box(classes="choose-body", key="choose-body"):
        failed_notice(view, on_refresh_selector)
        _items(view, media_type, needs_refresh, on_select)


def _items(view: ViewState, media_type: MediaType, needs_refresh: bool, on_select: Handler) -> None:
    items = held_items(view)
    if items:
        with me.box(classes="grid", key="choose-grid"):
            media_tiles(items, label=f"{_plural(media_type)}, newest first", on_activate=on_select, use=True, view=view)
        sentinel(cursor=cursor(view), done=not has_more(view), on_more=on_more_items, key="choose-more")
    elif view.error:
        _blank("cloud_off", "The library could not be read", view.error, alert=True)
    elif needs_refresh or first_load(view):
        _skeletons()
    else:
        _blank(
            "photo_library",
            f"No {_plural(media_type).lower()} yet",
            "Make one first: it stands here as soon as it is ready.",
        )


def _plural(media_type: MediaType) -> str:
    return {"image": "Images", "video": "Videos", "audio": "Sounds", "combined": "Combined media"}[media_type]


def _blank(symbol_name: str, title: str, text: str, *, alert: bool = False) -> None:
    with me.box(classes="blank", key="choose-blank"):
        if alert:
            aria(role="alert")
        symbol(name=symbol_name, look="xl")
        me.text(title)
        me.text(text)


def _skeletons() -> None:
    with me.box(classes="grid", key="choose-skeletons"):
        aria(role="presentation")
        for index in range(12):
            with me.box(classes="sk-tile", key=f"sk-{index}"):
                pass


@handler
def on_refresh_selector(event: me.WebEvent) -> Generator[None, None, None]:
    yield from refresh_selector("manual", hold=scrolled(event))


@handler
def on_show_new(event: me.WebEvent) -> None:
    show_new(selector_view())


@handler
def on_more_items(event: me.WebEvent) -> Generator[None, None, None]:
    yield from refresh_selector("page", until=str(event.value.get("cursor", "")))
