"""The inside of the "Choose from Library" dialog: newest first, one press uses an item.

What it lists is of the type its caller asked for, mine or everybody's, with words in it that were asked for, in the
page's project or another one; what is uploaded from here stands on top once it is in the library. Each opening begins
unfiltered, so nothing new is hidden by what was looked for last time, or in another chooser.
"""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.frame import failed_notice, freshness, new_drop, scrolled, waterline
from components.library.finding import cut_off_note, searched_note, wordless_note
from components.library.media_tile import media_tiles
from components.web import SegmentOption, aria, button, choice, search, segments, sentinel, symbol, upload
from services.freshness import Reason
from services.models import MediaType
from services.models.query import TEXT_LENGTH
from state.chooser import (
    SelectorState,
    ask_for_waiting,
    listed_project,
    selector_query,
    selector_view,
    take_count,
    turn_to,
)
from state.filters import is_wordless
from state.handlers import Handler, handler
from state.limits import upload_limits
from state.loading import is_undecided, load_view
from state.projects import others_too
from state.session import learn_all
from state.view import ViewState, cursor, has_more, held_items, searched_to, show_new
from state.window import follow_reader

UPLOADS = ("image", "video", "audio")
_NOUNS: dict[MediaType, tuple[str, str]] = {
    "image": ("a picture", "Images"),
    "video": ("a video", "Videos"),
    "audio": ("a sound", "Sounds"),
    "combined": ("a file", "Combined media"),
}
OWNERS: list[SegmentOption] = [{"value": "mine", "label": "Mine"}, {"value": "all", "label": "Everyone"}]
WITH_WAITING: frozenset[Reason] = frozenset(("open", "manual", "complete", "filter"))
"""Reasons that ask for what is being made, too: somebody awaits the present state."""


def refresh_selector(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The selector's loader: ask the store again."""
    counting = ask_for_waiting() if reason in WITH_WAITING else None
    yield from load_view(selector_view(), selector_query(), reason, scope="chooser", until=until, hold=hold)
    if counting is not None:
        yield from take_count(counting)


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
        _tools(media_type)
        new_drop(view, on_show_new)
        waterline(view)
    with me.box(classes="choose-body", key="choose-body"):
        if is_wordless(text := selector_query().text):
            wordless_note(text)
        failed_notice(view, on_refresh_selector)
        _items(view, media_type, needs_refresh, on_select)


def _tools(media_type: MediaType) -> None:
    state, one = me.state(SelectorState), _NOUNS[media_type][0]
    with me.box(classes="choose-tools", key="choose-tools"):
        search(
            value=state.text,
            placeholder="Search prompts, titles, tags",
            inside=True,
            on_search=on_search,
            key="choose-text",
        )
        owner = "mine" if state.mine else "all"
        if names := others_too():
            choice(
                label="Project",
                symbol="folder",
                options=[{"value": one, "label": name} for one, name in names.items()],
                value=listed_project(),
                inside=True,
                on_choose=on_project_choose,
                key="choose-project",
            )
        segments(
            label="Owner", options=OWNERS, value=owner, show_label=False, on_select=on_owner_select, key="choose-owner"
        )  # fmt: skip
        wanted = media_type if media_type in UPLOADS else ""
        upload(
            wanted=wanted,
            project=listed_project(),
            limits=upload_limits(wanted),
            drop_words=f"Drop {one} to add it to the library",
            on_uploaded=on_uploaded,
            key="choose-upload",
        )
        with me.box(classes="meta choose-limits", key="choose-limits"):
            me.text(f"Upload: {upload_limits(wanted)}")


def _items(view: ViewState, media_type: MediaType, needs_refresh: bool, on_select: Handler) -> None:
    state, items, reached = me.state(SelectorState), held_items(view), searched_to(view)
    if items:
        with me.box(classes="grid", key="choose-grid"):
            label = f"{_NOUNS[media_type][1]}, newest first"
            media_tiles(items, label=label, on_activate=on_select, on_move=on_move, use=True, view=view)
        # A search that stopped goes on only for somebody who wants it.
        done = not has_more(view) or reached is not None
        sentinel(cursor=cursor(view), done=done, on_more=on_more_items, key="choose-more")
    elif view.error:
        _blank("cloud_off", "The library could not be read", view.error, alert=True)
    elif needs_refresh or is_undecided(view):
        _skeletons()
    elif reached is None and (state.mine or state.text):
        words = "Other words, or everybody's items, may find something."
        _blank("filter_alt_off", "Nothing matches", words, "Show everything")
    elif reached is None:
        title, words = (
            f"No {_NOUNS[media_type][1].lower()} yet",
            "Make or upload one: it stands here once it is made.",
        )
        _blank("photo_library", title, words)
    cut_off_note(view, "Narrow it by a search.")
    if reached is not None:
        searched_note(reached, on_search_further)


def _blank(symbol_name: str, title: str, text: str, action: str = "", *, alert: bool = False) -> None:
    with me.box(classes="blank", key="choose-blank"):
        if alert:
            aria(role="alert")
        symbol(name=symbol_name, look="xl")
        me.text(title)
        me.text(text)
        if action:
            button(label=action, on_press=on_show_all, key="choose-all")


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
    show_new(selector_view(), selector_query())


@handler
def on_move(event: me.WebEvent) -> None:
    _follow_reader(event)


def _follow_reader(event: me.WebEvent) -> None:
    follow_reader(selector_view(), held_items(selector_view()), event.value)


@handler
def on_more_items(event: me.WebEvent) -> Generator[None, None, None]:
    _follow_reader(event)
    yield from refresh_selector("page", until=str(event.value.get("cursor", "")))


@handler
def on_search_further(event: me.WebEvent) -> Generator[None, None, None]:
    yield from refresh_selector("page", until=cursor(selector_view()))


@handler
def on_search(event: me.WebEvent) -> Generator[None, None, None]:
    me.state(SelectorState).text = str(event.value.get("q", ""))[:TEXT_LENGTH]
    yield from refresh_selector("filter")


@handler
def on_owner_select(event: me.WebEvent) -> Generator[None, None, None]:
    me.state(SelectorState).mine = event.value.get("value") == "mine"
    yield from refresh_selector("filter")


@handler
def on_project_choose(event: me.WebEvent) -> Generator[None, None, None]:
    turn_to(str(event.value.get("value", "")))
    yield from refresh_selector("filter")


@handler
def on_show_all(event: me.WebEvent) -> Generator[None, None, None]:
    state = me.state(SelectorState)
    state.mine, state.text = False, ""
    yield from refresh_selector("filter")


@handler
def on_uploaded(event: me.WebEvent) -> Generator[None, None, None]:
    """Files that were uploaded are in the library now. Words that were looked for would hide them."""
    learn_all(event.value.get("known"))
    if me.state(SelectorState).text:
        me.state(SelectorState).text = ""
        yield from refresh_selector("filter")
    else:
        yield from refresh_selector("complete", hold=scrolled(event))
