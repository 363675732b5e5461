"""/library: everything in the project, newest on top."""

from __future__ import annotations

from collections.abc import Generator, Mapping

import mesop as me

from components.frame import DROP_WORDS, failed_notice, frame, freshness, head_bar, new_drop, scrolled, waterline
from components.library.finding import (
    chip_row,
    cut_off_note,
    failed_list,
    filter_row,
    known_tags,
    left_out_note,
    nothing_found,
    searched_note,
    trash_note,
    wordless_note,
)
from components.library.looking import Row, look_through, row_of
from components.library.media_tile import media_tiles, running
from components.library.preview import preview
from components.page import View, page
from components.web import anchor, button, discard, run_watch, search, selection, sentinel, upload
from services.freshness import Reason
from services.ids import is_id
from services.models import MediaItem
from state.edits import EditState
from state.filters import is_wordless, sort_name
from state.handlers import handler
from state.library import (
    LibraryState,
    count_exactly,
    filter_by,
    follow,
    library_filters,
    library_query,
    library_view,
    load_library,
    order_of,
    read_url,
    settle,
    tell_order,
)
from state.limits import upload_limits
from state.loading import is_undecided
from state.preview import PreviewState, close_preview, find_previewed, previewed, refresh_previewed
from state.projects import choices, learn_projects, make_project, others_too
from state.retry import retry
from state.session import learn_all, project_id, within
from state.totals import amount_words, is_capped, total_words
from state.view import cursor, has_more, held_items, searched_to, show_new
from state.window import follow_reader

ZIP_URL = "/api/media.zip"


def _load_media_and_update_state(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The shared load-and-update function: Refresh, opening, filters, paging, pushes and finished runs all end here."""
    yield from load_library(reason, until=until, hold=hold)


VIEWS = [
    View(
        library_view,
        library_query,
        _load_media_and_update_state,
        "library",
        then=follow,
        settle=settle,
        awaits=lambda: bool(me.state(LibraryState).total.waits),
    )
]


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    read_url()
    yield from _load_media_and_update_state("open")
    yield from find_previewed(held_items(library_view()))
    yield from learn_projects()


@page(path="/library", title="Library", on_load=on_load, views=VIEWS)
def library_page() -> None:
    frame(current="/library", head=_head, body=library_content, takes_files=False)


def _head() -> None:
    view, on = library_view(), library_filters()
    items = held_items(view)
    total = me.state(LibraryState).total
    words = "" if not items and is_undecided(view) else total_words(total, view, library_query(), len(items))
    in_trash = "trash" in on
    head_bar(
        "Trash" if in_trash else "Library",
        meta=words,
        note=_count_all if is_capped(total, view) else None,
        actions=_find if in_trash else _actions,
    )
    with me.box(classes="bar tools", key="tools"):
        filter_row(
            on,
            projects=choices(),
            tags=known_tags(items),
            on_type=on_type_select,
            on_owner=on_owner_select,
            on_filter=on_filter,
            on_sort=on_sort_choose,
        )
        with me.box(classes="grow", key="tools-space"):
            pass
        freshness(view, on_refresh_click)
    chip_row(on, projects=others_too(), on_filter=on_filter)
    new_drop(view, on_show_new)
    waterline(view)


def _count_all() -> None:
    button(label="Count all", variant="ghost", on_press=on_count_all, key="count-all")


def _find() -> None:
    where = "trash" if "trash" in library_filters() else "library"
    search(
        value=library_filters().get("q", ""),
        label=f"Search the {where}",
        placeholder="Search prompts, titles, tags",
        on_search=on_filter,
    )


def _actions() -> None:
    _find()
    upload(
        limits=upload_limits(),
        project=project_id(),
        drop_words=DROP_WORDS,
        on_uploaded=on_uploaded,
        key="upload",
    )
    with me.box(classes="row hide-s", key="create-box"):  # the bar at the foot of a phone has it
        button(label="Create", icon="add", variant="primary", on_press=on_create_press, key="create")


def library_content() -> None:
    """The grid, or the one screen that says why there is none."""
    state, on = me.state(LibraryState), library_filters()
    view, items = state.view, held_items(state.view)
    reached, in_trash = searched_to(view), "trash" in on
    with me.box(classes="page", key="page"):
        if state.note:
            left_out_note(state.note, on_note_close)
        if is_wordless(on.get("q", "")):
            wordless_note(on["q"])
        failed_notice(view, on_refresh_click)
        if in_trash and items:
            trash_note(on, _empty_trash)
        if items:
            _grid(items, "Trash" if in_trash else "Library", sort_name(on))
        elif view.error:
            failed_list(view.error, on_refresh_click)
        elif is_undecided(view):
            _skeletons()
        elif reached is None:
            nothing_found(on, on_clear=on_show_all, on_create=on_create_press)
        cut_off_note(view, f"Narrow it by a filter or a search{'.' if in_trash else ', or sort the other way.'}")
        if reached is not None:
            searched_note(reached, on_search_further)
    selection(
        scope=state.spec,
        zip_url=ZIP_URL,
        tags=known_tags(items),
        projects=list(others_too().items()),
        order=order_of(items),
        on_order=on_order,
        on_project=on_project,
        tagged=me.state(EditState).tagged,
        trash="trash" in on,
    )
    anchor(seek=state.seek)
    run_watch(run_ids=running(items), on_complete=on_run_complete)
    preview(previewed(items), me.state(PreviewState), _row, on_close=on_preview_close, linked=True)


def _row() -> Row:
    return row_of(library_view(), library_query())


def _empty_trash() -> None:
    state = me.state(LibraryState)
    items = held_items(state.view)
    discard(label="Empty trash", amount=amount_words(state.total, state.view, library_query(), len(items)), key="empty")


def _grid(items: tuple[MediaItem, ...], name: str, order: str) -> None:
    view = library_view()
    with me.box(classes="grid", key="grid"):
        media_tiles(
            items,
            label=f"{name}, {order.lower()}",
            on_activate=on_tile_activate,
            on_retry=on_tile_retry,
            on_move=on_move,
            selectable=True,
            view=view,
        )
    # A search that stopped goes on only for somebody who wants it.
    done = not has_more(view) or searched_to(view) is not None
    sentinel(cursor=cursor(view), done=done, on_more=on_more, key="more")


def _skeletons() -> None:
    with me.box(classes="grid", key="skeletons"):
        for index in range(18):
            with me.box(classes="sk-tile", key=f"sk-{index}"):
                pass


@handler
def on_refresh_click(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("manual", hold=scrolled(event))
    yield from refresh_previewed(held_items(library_view()))


@handler
def on_show_new(event: me.WebEvent) -> None:
    show_new(library_view(), library_query())


@handler
def on_move(event: me.WebEvent) -> None:
    """The reader comes near an end of what is mounted."""
    _follow_reader(event)


def _follow_reader(event: me.WebEvent) -> None:
    follow_reader(library_view(), held_items(library_view()), event.value)


@handler
def on_order(event: me.WebEvent) -> None:
    tell_order()


@handler
def on_project(event: me.WebEvent) -> None:
    make_project(str(event.value.get("name", "")))


@handler
def on_more(event: me.WebEvent) -> Generator[None, None, None]:
    _follow_reader(event)
    yield from _load_media_and_update_state("page", until=str(event.value.get("cursor", "")))


@handler
def on_run_complete(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("complete", hold=scrolled(event))


@handler
def on_search_further(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_media_and_update_state("page", until=cursor(library_view()))


@handler
def on_count_all(event: me.WebEvent) -> Generator[None, None, None]:
    yield from count_exactly()


@handler
def on_filter(event: me.WebEvent) -> Generator[None, None, None]:
    """Filters or words are to be different: {name: value, …} or {clear: true}."""
    yield from _filter(event.value)


@handler
def on_type_select(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _filter({"type": event.value.get("value", "")})


@handler
def on_owner_select(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _filter({"owner": event.value.get("value", "")})


@handler
def on_sort_choose(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _filter({"sort": event.value.get("value", "")})


@handler
def on_show_all(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _filter({"clear": True, "type": ""})


def _filter(wanted: Mapping[str, object]) -> Generator[None, None, None]:
    filter_by(wanted)
    yield from _load_media_and_update_state("filter")


@handler
def on_uploaded(event: me.WebEvent) -> Generator[None, None, None]:
    learn_all(event.value.get("known"))
    yield from _load_media_and_update_state("complete", hold=scrolled(event))


@handler
def on_note_close(event: me.WebEvent) -> None:
    me.state(LibraryState).note = ""


@handler
def on_create_press(event: me.WebEvent) -> None:
    me.navigate("/create/image", query_params=within())


@handler
def on_tile_activate(event: me.WebEvent) -> Generator[None, None, None]:
    """A closer look; what is in the trash has its page for that, which brings it back."""
    media_id = str(event.value.get("id", ""))
    if "trash" not in library_filters():
        yield from look_through(event, _row(), lambda end: _load_media_and_update_state("page", until=end))
        return
    if is_id(media_id):
        rest = {name: value for name, value in me.query_params.items() if name not in ("id", "item")}
        me.navigate("/media-item", query_params={"id": media_id, **rest})
    yield


@handler
def on_tile_retry(event: me.WebEvent) -> Generator[None, None, None]:
    retry(event)
    yield from _load_media_and_update_state("complete", hold=scrolled(event))


@handler
def on_preview_close(event: me.WebEvent) -> None:
    close_preview()
