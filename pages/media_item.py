"""/media-item?id=: one item, with all that is known of it, in the list that the rest of the address tells."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import mesop as me

from components.blank import blank
from components.frame import arrived_drop, failed_notice, frame, freshness, scrolled, waterline
from components.item.stage import known, stage
from components.library.media_tile import running
from components.page import View, page
from components.web import ago, aria, button, discard, item_head, run_watch, symbol
from services.errors import FreshetError
from services.files.urls import media_url
from services.freshness import Reason
from services.keeping.trash import KEPT
from services.models import MediaItem
from state.asking import advice_query, no_view, nothing_to_recover
from state.edits import Shown, edit, follow_edits, last_deleted
from state.ends import note_end, note_ends, with_ends
from state.handlers import handler, notify
from state.media_item import (
    MediaItemState,
    arrived,
    derived_query,
    derived_view,
    go_on_from,
    has_gone_on_from,
    has_sources,
    is_awaiting,
    is_named,
    is_undecided,
    item_query,
    item_view,
    let_in,
    list_query,
    load_children,
    load_derived,
    load_item,
    load_sources,
    page_view,
    read_url,
    show,
    shown_item,
    sources_query,
    sources_view,
    why_absent,
)
from state.neighbours import Step, Way, held_neighbour, neighbour
from state.opinion import is_judging, load_opinion
from state.preview import close_preview
from state.refusals import refused
from state.retry import retry_item
from state.view import ViewState, held_items


def _load_media_and_update_state(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The shared load-and-update function: Refresh, opening, stepping, pushes and finished runs all end here."""
    yield from with_ends(load_item(reason, hold=hold))


def _follow() -> Generator[None, None, None]:
    """The item, or its neighbour, may have come."""
    yield from load_children()
    way = me.state(MediaItemState).stepping.partition(" ")[0]
    if way:
        yield from _step("previous" if way == "previous" else "next")


NO_FURTHER: dict[Way, str] = {
    "previous": "This is the first item of the list.",
    "next": "This is the last item of the list.",
}
NOT_KNOWN = "What comes before this item is not known here. Go back to the list to see it."
NOT_FOUND = "None of the {count} items that were looked at belongs to the list. Press again to look further."
OLD = "The database does not answer: this is by the list as it was held here last."
MOST_PASSED = 50
"""Items that a visit remembers to have been on, for where the list cannot be read backwards."""
VIEWS = [
    View(
        item_view,
        item_query,
        _load_media_and_update_state,
        "media",
        active=is_named,
        then=_follow,
        awaits=is_awaiting,
    ),
    View(sources_view, sources_query, load_sources, "media.sources", active=has_sources),
    View(derived_view, derived_query, load_derived, "media.derived", active=is_named),
    View(
        no_view,
        advice_query,
        load_opinion,
        "opinion",
        active=is_judging,
        awaits=is_judging,
        items=False,
        recover=nothing_to_recover,
    ),
]


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    close_preview()
    read_url()
    yield from _load_media_and_update_state("permalink")


def _edit(shown: Shown, wanted: Mapping[str, Any]) -> Generator[None, None, None]:
    """As everywhere; but an undo leads back to what the page went on from when that was deleted."""
    back = last_deleted() if wanted.get("edit") == "undo" else ""
    frames = edit(shown, wanted)
    if not has_gone_on_from(back):
        yield from frames
        return
    next(frames, None)  # pending from here on
    yield from _go(back)
    follow_edits()
    yield


@page(path="/media-item", title="Media item", on_load=on_load, views=VIEWS, edit_one=_edit)
def media_item_page() -> None:
    frame(current="/library", head=_head, body=_body)


def _head() -> None:
    item, view = shown_item(), page_view()
    with me.box(classes="bar item-bar", key="bar"):
        why, title = refused(item.id) if item else ("", "")
        item_head(
            media_id=item.id if item else "",
            title=item.title if item else "Media item",
            favourite=item is not None and item.favourite,
            error=why,
            refused=title,
            deleted=item is None or item.deleted_at is not None,
            file_url=(media_url(item, "original") if item else None) or "",
            back_url=f"/library?{urlencode(_list())}" if _list() else "/library",
            on_delete=on_delete,
            key=f"head-{item.id if item else ''}",
        )
        if is_named():
            freshness(view, on_refresh_click)
    arrived_drop(arrived(), on_show_new)
    waterline(view)


def _body() -> None:
    item, view = shown_item(), item_view()
    with me.box(classes="page item-page", key="page"):
        if item is not None:
            _item(item, view)
        else:
            _nothing(view)
    run_watch(run_ids=running((*_kin(), *((item,) if item else ()))), on_complete=on_run_complete)


def _nothing(view: ViewState) -> None:
    """Why no item is to be seen, or not yet."""
    failed_notice(view, on_refresh_click)
    if view.error:
        blank("cloud_off", "This item could not be read", view.error, "Retry", on_refresh_click, alert=True)
    elif is_undecided():
        with me.box(classes="item", key="loading"), me.box(classes="sk-tile stage", key="skeleton"):
            pass
    else:
        blank("search_off", "Nothing to show here", why_absent(), "Back to Library", on_back)


def _kin() -> tuple[MediaItem, ...]:
    return (*held_items(sources_view()), *held_items(derived_view()))


def _item(item: MediaItem, view: ViewState) -> None:
    with me.box(classes="item", key="item"):
        with me.box(classes="stage", key="stage"):
            with me.box(classes="bars", key="bars"):  # on the stage: what is shown there gives them its room
                failed_notice(view, on_refresh_click)
                if item.deleted_at is not None:
                    _trashed(item, item.deleted_at)
            stage(item, ends=me.state(MediaItemState).ends, on_step=on_step)
            if item.status == "failed":
                button(label="Retry", icon="replay", token=item.id, on_press=on_retry, key="retry")
        with me.box(classes="known", key="known"):
            aria(role="region", label="About this item")
            known(item, on_kin=on_kin, on_more=on_more)


def _trashed(item: MediaItem, deleted_at: datetime) -> None:
    with me.box(classes="notice warn", key="deleted"):
        aria(role="status")
        symbol(name="delete")
        with me.box(classes="grow"):
            goes_ms = int((deleted_at + KEPT).timestamp() * 1000)
            told = "This item was deleted. It is in the trash, with its file, and goes for good "
            ago(ms=goes_ms, way="until", prefix=told, suffix=".")
        discard(label="Delete for good", media_ids=[item.id], key="discard")
        button(
            label="Restore", icon="undo", hint="Restore (U)", token=item.id, on_press=on_restore, key="restore",
        )  # fmt: skip


def _list() -> dict[str, str]:
    """The list that the address names, as it was opened from: what previous, next and Back go by."""
    return {name: value for name, value in me.query_params.items() if name not in ("id", "item")}


@handler
def on_refresh_click(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("manual", hold=scrolled(event))


@handler
def on_show_new(event: me.WebEvent) -> None:
    let_in()


@handler
def on_run_complete(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("complete", hold=scrolled(event))


@handler
def on_more(event: me.WebEvent) -> Generator[None, None, None]:
    yield from load_derived("page", until=str(event.value.get("cursor", "")))


@handler
def on_step(event: me.WebEvent) -> Generator[None, None, None]:
    """To the previous or the next item of the list: {to, end}. Whoever pressed at what showed as an `end` has been told
    that there is none, unless one has come since.
    """
    way: Way = "previous" if event.value.get("to") == "previous" else "next"
    yield from _step(way, told=bool(event.value.get("end")))


def _step(way: Way, *, told: bool = False) -> Generator[None, None, None]:
    """To the neighbour; where the store takes its time, once it has answered, if nobody went elsewhere by then."""
    item, state = shown_item(), me.state(MediaItemState)
    by, asked, already = [*state.stepping.split(), "", "", ""][:3]
    state.stepping = ""
    if item is None:
        yield
        return
    passed = state.passed.split()
    reached_by, _, reached = state.reached.partition(" ")
    after = reached if reached_by == way else ""
    asked, told = (asked, told or already != "") if by == way else ("", told)
    step = neighbour(item, list_query(), way, announce=item_query(), after=after, asked=asked)
    if step.asked:
        state.stepping = f"{way} {step.asked}{' told' if told else ''}"
        yield
        return
    state.reached = f"{way} {step.reached}" if step.reached else ""
    found = step.media_id
    if found is None and way == "previous" and passed and not step.reached:
        found = passed[-1]
    if step.media_id == "" and not step.old:
        note_end(way)
    elif not found:
        note_ends()
    if step.old or not (found or (told and step.media_id == "")):
        notify(_told(step, way))
    if not found:
        yield
        return
    passed = [*passed, item.id] if way == "next" else passed[:-1]
    state.passed = " ".join(passed[-MOST_PASSED:])
    yield from _go(found)


def _told(step: Step, way: Way) -> str:
    """Why a step leads nowhere, or by what it leads."""
    why = NO_FURTHER[way] if step.media_id == "" else ""
    if step.media_id is None:
        why = NOT_FOUND.format(count=step.looked_at) if step.reached else NOT_KNOWN
    return " ".join(filter(None, (why, OLD if step.old else "")))


def _go(media_id: str) -> Generator[None, None, None]:
    """To another item, in place: Back leads to where the first one was opened from."""
    me.query_params["id"] = media_id
    show(media_id)
    yield from _load_media_and_update_state("permalink")


@handler
def on_delete(event: me.WebEvent) -> Generator[None, None, None]:
    """Into the trash, and on to the neighbour; without one the item stays, as one that was deleted."""
    item = shown_item()
    if item is None or item.id != event.value.get("id"):
        yield
        return
    shown = [(view.state(), view.query()) for view in VIEWS if view.items and view.active()]
    frames = edit(shown, {"id": item.id, "edit": "delete"})
    next(frames, None)  # pending from here on
    found = yield from _beside(item)
    if found:
        go_on_from(item.id)
        yield from _go(found)
    else:
        yield from frames
    follow_edits()
    yield


def _beside(item: MediaItem) -> Generator[None, None, str]:
    """The next item, else the one before. Where that has to be read, the deletion shows meanwhile, and it does not fail
    because that cannot be read. Where it takes its time, the list as it was held last tells, or nothing does.
    """
    ways: tuple[Way, Way] = ("next", "previous")
    for way in ways:
        found = held_neighbour(item, list_query(), way)
        if found is None:
            yield
            try:
                step = neighbour(item, list_query(), way, announce=item_query())
            except FreshetError:
                return ""
            if step.asked:
                return held_neighbour(item, list_query(), way, old=True) or ""
            found = step.media_id
        if found:
            return found
    return ""


@handler
def on_restore(event: me.WebEvent) -> Generator[None, None, None]:
    shown = [(view.state(), view.query()) for view in VIEWS if view.items and view.active()]
    yield from edit(shown, {"id": str(event.value.get("token", "")), "edit": "restore"})


@handler
def on_retry(event: me.WebEvent) -> Generator[None, None, None]:
    retry_item(str(event.value.get("token", "")))
    yield from _load_media_and_update_state("complete")


@handler
def on_kin(event: me.WebEvent) -> None:
    me.navigate("/media-item", query_params={"id": str(event.value.get("id", "")), **_list()})


@handler
def on_back(event: me.WebEvent) -> None:
    me.navigate("/library", query_params=_list())
