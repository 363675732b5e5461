"""/home: what is running, what was made last, and the ways to begin."""

from __future__ import annotations

from collections.abc import Collection, Generator
from functools import partial

import mesop as me

from components.blank import blank
from components.frame import arrived_drop, failed_notice, frame, freshness, head_bar, scrolled, waterline
from components.home.begin import first_picture, go_on, quick_actions
from components.home.shelves import shelf_row, skeleton_shelves
from components.library.looking import Row, look_at, on_look_end
from components.library.media_tile import running
from components.library.preview import preview
from components.page import View, page
from components.web import run_watch
from services.freshness import Reason
from services.models import MediaQuery
from state.bound import bound
from state.handlers import handler
from state.home import (
    SHELVES,
    WORKED_ON,
    all_shown,
    arrived,
    is_asked,
    keep_shelves,
    let_in,
    load_home,
    load_shelf,
    open_home,
    overall,
    shelf_items,
    shelf_part,
    shelf_query,
    shelf_view,
    shelves_shown,
    what_to_show,
)
from state.preview import PreviewState, close_preview, previewed, refresh_previewed
from state.retry import retry
from state.session import learn_all, project_id, within
from state.unfinished import begin_image, unfinished

EVERYTHING = tuple(shelf.name for shelf in SHELVES)


def _load_media_and_update_state(
    reason: Reason, *, hold: bool = False, only: Collection[str] = EVERYTHING
) -> Generator[None, None, None]:
    """The shared load-and-update function: Refresh, opening, uploads and finished runs end here; a push asks for the
    shelves that it changed alone, in the same way (`shelf_part`).
    """
    yield from load_home(reason, hold=hold, only=only)


VIEWS = [
    View(
        partial(shelf_view, shelf.name),
        partial(shelf_query, shelf.name),
        partial(load_shelf, shelf.name),
        "home",
        active=partial(is_asked, shelf.name),
        before=keep_shelves,
        part=partial(shelf_part, shelf.name),
    )
    for shelf in SHELVES
]


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    close_preview()
    open_home()
    yield from _load_media_and_update_state("open")


@page(path="/home", title="Home", on_load=on_load, views=VIEWS)
def home_page() -> None:
    frame(current="/home", head=_head, body=_body, takes_files=False)


def _head() -> None:
    head_bar("Home", actions=_capsule)
    arrived_drop(arrived(), on_show_new)
    waterline(overall())


def _capsule() -> None:
    freshness(overall(), on_refresh_click)


def _body() -> None:
    items = all_shown()
    with me.box(classes="page home", key="page"):
        failed_notice(overall(), on_refresh_click)
        quick_actions(on_uploaded)
        begun = unfinished(items)
        go_on(begun)
        match what_to_show():
            case "shelves":
                for shelf in shelves_shown():
                    shelf_row(shelf, on_activate=bound(on_look, shelf.name), on_retry=on_tile_retry)
            case "failed":
                blank("cloud_off", "Home could not be read", overall().error, "Retry", on_refresh_click, alert=True)
            case "loading":
                skeleton_shelves()
            case "empty":
                untouched = all(one.kind != "image" for one in begun)
                first_picture(on_create_press, on_example if untouched else None)
    run_watch(run_ids=running(shelf_items("making")), on_complete=on_run_complete)
    preview(previewed(items), me.state(PreviewState), _row, on_close=on_look_end)


def _row() -> Row:
    """The shelf that the closer look was opened from."""
    name = me.state(PreviewState).among
    shown = name in [shelf.name for shelf in shelves_shown()]
    return Row(shelf_items(name), shelf_query(name)) if shown else Row((), MediaQuery(project_id=project_id()))


@handler
def on_refresh_click(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("manual", hold=scrolled(event))
    yield from refresh_previewed(all_shown())


def on_look(name: str, event: me.WebEvent) -> None:
    look_at(event, name)


@handler
def on_show_new(event: me.WebEvent) -> None:
    let_in()


@handler
def on_run_complete(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("complete", hold=scrolled(event), only=WORKED_ON)


@handler
def on_uploaded(event: me.WebEvent) -> Generator[None, None, None]:
    learn_all(event.value.get("known"))
    yield from _load_media_and_update_state("complete", hold=scrolled(event), only=WORKED_ON)


@handler
def on_tile_retry(event: me.WebEvent) -> Generator[None, None, None]:
    retry(event)
    yield from _load_media_and_update_state("complete", hold=scrolled(event), only=WORKED_ON)


@handler
def on_create_press(event: me.WebEvent) -> None:
    me.navigate("/create/image", query_params=within())


def on_example(words: str, event: me.WebEvent) -> None:
    """On to the form for pictures, with an example in it."""
    begin_image(words)
    me.navigate("/create/image", query_params=within())
