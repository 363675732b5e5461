"""/try-on: a product placed on a person, as a labelled preview."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.frame import arrived_drop, failed_notice, frame, freshness, head_bar, scrolled, waterline
from components.library.finding import cut_off_note
from components.library.library_chooser_button import CHOOSER, LibrarySelectEvent, close_chooser, library_chooser_button
from components.library.looking import Row, look_through, on_look_end, row_of
from components.library.media_tile import media_tiles, running
from components.library.preview import preview
from components.page import View, page
from components.provider_notice import provider_notice
from components.web import aria, button, keep, link_button, outcome, place, run_watch, sentinel, symbol
from services.container import services
from services.errors import FreshetError, OutcomeUnknown
from services.files.urls import media_url
from services.freshness import Reason
from services.generation.catalog import find_model
from services.generation.cutouts import cutout_url
from services.generation.prices import cost_words
from services.models import MediaItem
from state.bound import bound
from state.catalog import cost_of, model_name, was_made
from state.handlers import handler
from state.kept import put_back, to_keep
from state.loading import load_view
from state.preview import PreviewState, close_preview, open_preview, previewed, refresh_previewed
from state.retry import NOT_KNOWN, retry, retry_item
from state.session import principal, project_id
from state.try_on import (
    NAMED,
    SLOTS,
    TryOnState,
    arrived,
    clear,
    earlier,
    lays,
    made_item,
    model,
    order,
    place_again,
    put_in,
    results_query,
    slot,
    take,
    try_on_view,
)
from state.view import cursor, has_more, held_items, show_held, show_new


def _load_results(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The page's shared load-and-update function."""
    yield from load_view(try_on_view(), results_query(), reason, scope="try_on", until=until, hold=hold)


VIEWS = [View(try_on_view, results_query, _load_results, "try_on"), *CHOOSER]


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    state = me.state(TryOnState)
    state.run_id = state.run_id or services().ids.new()
    state.starting = False
    close_preview()
    close_chooser()
    show_held(state.view, results_query())
    _take_named()
    yield from _load_results("open")


def _take_named() -> None:
    """What the address names goes into the slots, once: a reload keeps what was chosen after."""
    for name in NAMED:
        media_id = me.query_params.get(name, "")
        if not media_id:
            continue
        del me.query_params[name]
        try:
            take(name, media_id)
        except FreshetError as error:
            me.state(TryOnState).error = str(error)


@page(path="/try-on", title="Try-on", on_load=on_load, views=VIEWS)
def try_on_page() -> None:
    frame(current="/try-on", head=_head, body=_body)


def _head() -> None:
    head_bar("Try-on", meta="Place a product on a person", actions=_capsule)
    arrived_drop(arrived(), on_show_new)
    waterline(try_on_view())


def _capsule() -> None:
    freshness(try_on_view(), on_refresh_click)


def _body() -> None:
    keep(form_key="try-on", values=to_keep(me.state(TryOnState)), on_restore=on_restore, key="keep")
    with me.box(classes="page", key="page"):
        with me.box(classes="try", key="try"):
            for number, name in enumerate(SLOTS, start=1):
                _slot(number, name)
            _result()
        _earlier()


def _slot(number: int, name: str) -> None:
    chosen = slot(name)
    with me.box(classes="card slot", key=f"slot-{name}"):
        aria(role="region", label=name.capitalize())
        with me.box(classes="row", key=f"slot-head-{name}"):
            _step(number, name.capitalize())
            if chosen.media_id:
                button(
                    label=f"Clear {name}", icon="close", icon_only=True, variant="ghost",
                    on_press=bound(on_clear, name), key=f"clear-{name}",
                )  # fmt: skip
        with me.box(classes="slot-pic" if chosen.media_id else "slot-pic empty", key=f"pic-{name}"):
            if chosen.media_id:
                me.image(src=chosen.url, alt=chosen.title, key=chosen.url)
            else:
                symbol(name="add_photo_alternate", look="xl")
                with me.box(classes="strong"):
                    me.text(f"Choose a {name}")
        library_chooser_button(
            chooser_key=name,
            purpose=f"for {name.capitalize()}",
            on_select=on_person_select if name == "person" else on_product_select,
        )


def _step(number: int, label: str) -> None:
    with me.box(classes="stepno"):
        me.text(str(number))
    with me.box(classes="h2 grow"):
        me.text(label)
        aria(role="heading", label=label, level=2)


def _result() -> None:
    """The stage where the product is placed; once that was ordered, what is made of it in the same place."""
    state = me.state(TryOnState)
    made = made_item()
    waits = bool(state.made_id) and made is None and bool(state.view.fetching)
    with me.box(classes="card slot result", key="slot-result"):
        aria(role="region", label="Result")
        if made is not None or waits:
            _made(made)
        else:
            _stage()
        provider_notice()


def _stage() -> None:
    state, placing = me.state(TryOnState), lays(model())
    both = bool(state.person.media_id and state.product.media_id)
    _result_head("Drag to place, corners to scale" if both and placing else "")
    with me.box(classes="slot-pic" if both else "slot-pic empty", key="result-pic"):
        if both and not placing:
            me.image(src=state.person.url, alt=state.person.title, key=state.person.url)
        elif both:
            place(
                person_url=state.person.url, product_url=cutout_url(state.product.url),
                x=state.x, y=state.y, scale=state.scale, on_place=on_place, key="place",
            )  # fmt: skip
        else:
            symbol(name="checkroom", look="xl")
            with me.box(classes="strong"):
                me.text("Choose a person and a product")
    _label(model().id)
    if state.error:
        with me.box(classes="notice failed", key="try-on-error"):
            aria(role="alert")
            symbol(name="error")
            me.text(state.error)
    button(
        label="Generate Image", variant="primary", big=True, full=True, busy=state.starting, busy_label="Starting…",
        disabled=not both, token=state.run_id, on_press=on_generate, key="generate",
    )  # fmt: skip


def _made(item: MediaItem | None) -> None:
    """What came of it; None while the page has yet to hear of it."""
    state = me.state(TryOnState)
    status = item.status if item else "generating"
    file_url = (media_url(item, "original") if item else None) or ""
    _result_head({"generating": "Being made", "ready": "Done", "failed": "Failed"}[status])
    with me.box(classes="slot-pic", key="outcome-pic"):
        outcome(
            media_id=state.made_id, run_id=(item.run_id if item else "") or "", status=status,
            label=item.title if item else "", base_url=state.person.url, file_url=file_url,
            error=(item.error if item else "") or "", key="outcome",
        )  # fmt: skip
    made_by = item.model if item else model().id
    if status != "failed":
        _label(made_by, item)
    with me.box(classes="row wrap", key="outcome-actions"):
        if status == "ready":
            button(label="Open", icon="zoom_in", token=state.made_id, on_press=on_open_result, key="open-result")
            link_button(
                label="Download", icon="download", href=f"{file_url}&download=1", download=True, key="download-result"
            )
        elif status == "failed":
            button(label="Retry", icon="replay", token=state.made_id, on_press=on_retry_result, key="retry-result")
        elif item is not None:
            button(label="Cancel", icon="close", token=item.run_id or "", on_press=on_cancel, key="cancel-result")
        with me.box(classes="grow", key="outcome-space"):
            pass
        again = "Place again" if lays(find_model(made_by)) else "Make another"
        button(label=again, icon="tune", variant="primary", on_press=on_place_again, key="place-again")


def _label(model_id: str, item: MediaItem | None = None) -> None:
    """How it is made, and for what; of an item that was made, what it did cost."""
    spec = find_model(model_id)
    cost = cost_of(item) if item and was_made(item) else spec.cost_of_one({}) if spec else None
    how = "A preview made by laying one picture over the other, without a model"
    if not lays(spec):
        how = f"Made by {model_name(model_id)}, which decides how the product is worn"
    with me.box(classes="meta", key="preview-note"):
        me.text(f"{how} · {cost_words(cost)}")


def _result_head(note: str) -> None:
    with me.box(classes="row", key="result-head"):
        _step(3, "Result")
        with me.box(classes="meta"):
            aria(live="polite")
            me.text(note)


def _earlier() -> None:
    view, items, made = try_on_view(), earlier(), made_item()
    with me.box(classes="earlier", key="earlier"):
        failed_notice(view, on_refresh_click, first=True)
        if items:
            with me.box(classes="h2"):
                me.text("Earlier results")
                aria(role="heading", label="Earlier results", level=2)
            with me.box(classes="grid", key="grid"):
                media_tiles(items, label="Earlier results, newest first", on_activate=on_look, on_retry=on_tile_retry)
            sentinel(cursor=cursor(view), done=not has_more(view), on_more=on_more, key="more")
            cut_off_note(view, "The library has the others.")
    run_watch(run_ids=running(items if made is None else (made, *items)), on_complete=on_run_complete)
    preview(previewed(held_items(view)), me.state(PreviewState), _row, on_close=on_look_end)


def _row() -> Row:
    return row_of(try_on_view(), results_query())


def on_person_select(event: LibrarySelectEvent) -> None:
    _select("person", event)


def on_product_select(event: LibrarySelectEvent) -> None:
    _select("product", event)


def _select(name: str, event: LibrarySelectEvent) -> None:
    me.state(TryOnState).error = ""
    put_in(name, event.media_id)


def on_clear(name: str, event: me.WebEvent) -> None:
    clear(name)


@handler
def on_show_new(event: me.WebEvent) -> None:
    show_new(try_on_view(), results_query())


@handler
def on_restore(event: me.WebEvent) -> None:
    """The page was loaded anew: {values}, what was on it before."""
    state = me.state(TryOnState)
    state.error = next(iter(put_back(state, event.value.get("values")).values()), state.error)


@handler
def on_place(event: me.WebEvent) -> None:
    state = me.state(TryOnState)
    for name in ("x", "y", "scale"):
        value = event.value.get(name)
        if isinstance(value, int | float):
            setattr(state, name, float(value))


@handler
def on_generate(event: me.WebEvent) -> Generator[None, None, None]:
    state = me.state(TryOnState)
    state.error, state.starting = "", True
    yield
    try:
        run = services().studio.start(principal(), project_id(), order(), run_id=str(event.value.get("token", "")))
        state.made_id = run.output_ids[0]
        state.run_id = services().ids.new()
    except OutcomeUnknown:
        state.error = NOT_KNOWN  # pressed again, it is the same run
    except FreshetError as error:
        state.error, state.run_id = str(error), services().ids.new()
    finally:
        state.starting = False
    yield from _load_results("complete")


@handler
def on_place_again(event: me.WebEvent) -> None:
    place_again()


@handler
def on_open_result(event: me.WebEvent) -> None:
    open_preview(me.state(TryOnState).made_id)


@handler
def on_look(event: me.WebEvent) -> Generator[None, None, None]:
    yield from look_through(event, _row(), lambda end: _load_results("page", until=end))


@handler
def on_retry_result(event: me.WebEvent) -> Generator[None, None, None]:
    retry_item(me.state(TryOnState).made_id)
    yield from _load_results("complete")


@handler
def on_cancel(event: me.WebEvent) -> Generator[None, None, None]:
    services().studio.cancel(principal(), str(event.value.get("token", "")))
    place_again()
    yield from _load_results("complete")


@handler
def on_refresh_click(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_results("manual", hold=scrolled(event))
    yield from refresh_previewed(held_items(try_on_view()))


@handler
def on_run_complete(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_results("complete", hold=scrolled(event))


@handler
def on_more(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_results("page", until=str(event.value.get("cursor", "")))


@handler
def on_tile_retry(event: me.WebEvent) -> Generator[None, None, None]:
    retry(event)
    yield from _load_results("complete", hold=scrolled(event))
