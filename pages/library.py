"""/library: everything in the project, newest on top."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.frame import failed_notice, frame, freshness, head_bar, new_drop, scrolled, waterline
from components.library.media_tile import media_tiles, running
from components.library.preview import preview
from components.page import View, page
from components.web import SegmentOption, aria, button, run_watch, segments, sentinel, symbol, upload
from services.freshness import Reason
from services.models import MediaItem
from state.handlers import handler
from state.library import LibraryState, library_query, library_view, load_library, read_url
from state.preview import PreviewState, close_preview, find_previewed, open_preview, previewed
from state.retry import retry
from state.session import learn_all
from state.view import cursor, first_load, has_more, held_items, show_new

TABS: list[SegmentOption] = [
    {"value": "all", "label": "All"},
    {"value": "image", "label": "Images"},
    {"value": "video", "label": "Videos"},
    {"value": "audio", "label": "Audio"},
    {"value": "combined", "label": "Combined"},
]


def _load_media_and_update_state(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The shared load-and-update function: Refresh, opening, filters, paging, pushes and finished runs all end here."""
    yield from load_library(reason, until=until, hold=hold)


VIEWS = [View(library_view, library_query, _load_media_and_update_state, "library")]


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    read_url()
    yield from _load_media_and_update_state("open")
    yield from find_previewed(held_items(library_view()))


@page(path="/library", title="Library", on_load=on_load, views=VIEWS)
def library_page() -> None:
    frame(current="/library", head=_head, body=library_content)


def _head() -> None:
    view = library_view()
    shown = f"{len(held_items(view))} {'shown' if has_more(view) else 'in all'}"
    head_bar("Library", meta="" if first_load(view) else shown, actions=_actions)
    with me.box(classes="bar tools", key="tools"):
        segments(
            label="Type",
            options=TABS,
            value=me.state(LibraryState).media_type,
            kind="tabs",
            on_select=on_type_select,
            key="types",
        )
        with me.box(classes="grow", key="tools-space"):
            pass
        freshness(view, on_refresh_click)
    new_drop(view, on_show_new)
    waterline(view)


def _actions() -> None:
    upload(drop_words="Drop files to add them to the library", on_uploaded=on_uploaded, key="upload")
    button(label="Create", icon="add", variant="primary", on_press=on_create_press, key="create")


def library_content() -> None:
    """The grid, or the one screen that says why there is none."""
    state = me.state(LibraryState)
    view, items = state.view, held_items(state.view)
    with me.box(classes="page", key="page"):
        failed_notice(view, on_refresh_click)
        if items:
            _grid(items)
        elif view.error:
            title = "The library could not be read"
            _blank("cloud_off", title, view.error, "Retry", on_refresh_click, alert=True)
        elif not view.version or view.fetching == "filter":
            _skeletons()
        elif state.media_type != "all":
            _blank(
                "filter_alt_off", "Nothing of this type yet", "Other types may have something.", "Show all", on_show_all
            )
        else:
            _blank(
                "photo_library",
                "Your library is empty",
                "Whatever you make or import stands here, newest first.",
                "Create an image",
                on_create_press,
            )
    run_watch(run_ids=running(items), on_complete=on_run_complete)
    preview(previewed(items), me.state(PreviewState), on_close=on_preview_close, linked=True)


def _grid(items: tuple[MediaItem, ...]) -> None:
    view = library_view()
    with me.box(classes="grid", key="grid"):
        media_tiles(
            items, label="Library, newest first", on_activate=on_tile_activate, on_retry=on_tile_retry, view=view
        )
    sentinel(cursor=cursor(view), done=not has_more(view), on_more=on_more, key="more")


def _skeletons() -> None:
    with me.box(classes="grid", key="skeletons"):
        for index in range(18):
            with me.box(classes="sk-tile", key=f"sk-{index}"):
                pass


def _blank(symbol_name: str, title: str, text: str, action: str, on_press: object, *, alert: bool = False) -> None:
    with me.box(classes="blank", key="blank"):
        if alert:
            aria(role="alert")
        symbol(name=symbol_name, look="xl")
        with me.box(classes="h2"):
            me.text(title)
        me.text(text)
        button(label=action, variant="primary", on_press=on_press, key="blank-action")


@handler
def on_refresh_click(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("manual", hold=scrolled(event))


@handler
def on_show_new(event: me.WebEvent) -> None:
    show_new(library_view())


@handler
def on_more(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("page", until=str(event.value.get("cursor", "")))


@handler
def on_run_complete(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("complete", hold=scrolled(event))


@handler
def on_type_select(event: me.WebEvent) -> Generator[None, None, None]:
    chosen = str(event.value.get("value", "all"))
    me.query_params["type"] = chosen
    read_url()
    yield from _load_media_and_update_state("filter")


@handler
def on_show_all(event: me.WebEvent) -> Generator[None, None, None]:
    me.query_params["type"] = "all"
    read_url()
    yield from _load_media_and_update_state("filter")


@handler
def on_uploaded(event: me.WebEvent) -> Generator[None, None, None]:
    learn_all(event.value.get("known"))
    yield from _load_media_and_update_state("complete", hold=scrolled(event))


@handler
def on_create_press(event: me.WebEvent) -> None:
    me.navigate("/create/image")


@handler
def on_tile_activate(event: me.WebEvent) -> None:
    open_preview(str(event.value.get("id", "")))


@handler
def on_tile_retry(event: me.WebEvent) -> Generator[None, None, None]:
    retry(event)
    yield from _load_media_and_update_state("complete")


@handler
def on_preview_close(event: me.WebEvent) -> None:
    close_preview()
