"""What finds things in the library: the rows of its page head, and what the list says when nothing is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import mesop as me

from components.blank import blank
from components.web import SegmentOption, ago, aria, button, chips, choice, filters, segments, symbol
from services.keeping.trash import KEPT
from services.models import MediaItem
from services.models.directions import paired
from state.catalog import model_options
from state.filters import IN_PANEL, SORTS, Filters, nothing
from state.filters import chips as filter_words
from state.handlers import Handler
from state.view import ViewState, held_items, is_cut_off

TABS: list[SegmentOption] = [
    {"value": "all", "label": "All"},
    {"value": "image", "label": "Images"},
    {"value": "video", "label": "Videos"},
    {"value": "audio", "label": "Audio"},
    {"value": "combined", "label": "Combined"},
]
OWNERS: list[SegmentOption] = [{"value": "me", "label": "Mine"}, {"value": "all", "label": "Everyone"}]
SORT_OPTIONS: list[SegmentOption] = [{"value": value, "label": label} for value, label in SORTS]
MOST_TAGS = 50
"""Tags that are suggested."""


def filter_row(
    on: Filters,
    *,
    projects: Sequence[tuple[str, str]],
    tags: Sequence[str],
    on_type: Handler,
    on_owner: Handler,
    on_filter: Handler,
    on_sort: Handler,
) -> None:
    """Types, owner, the Filters button and the order; the freshness capsule stands at the other end of the row.

    `projects` are pairs of value and name; the one that goes without saying is "".
    """
    segments(
        label="Type", options=TABS, value=on.get("type", "all"), kind="tabs", steps=True, on_select=on_type, key="types"
    )
    if "trash" not in on:  # which is one's own
        with me.box(classes="row hide-s", key="owner"):
            segments(
                label="Made by",
                options=OWNERS,
                value=on.get("owner", "all"),
                steps=True,
                on_select=on_owner,
                key="owners",
            )
    filters(
        chosen=on,
        count=len({"date" if name in ("from", "to") else name for name in on if name != "project"} & IN_PANEL),
        sorts=SORTS,
        models=model_options(),
        projects=projects,
        tags=tags,
        on_filter=on_filter,
    )
    if "trash" not in on:  # which has one order
        with me.box(classes="row hide-s", key="sort"):
            choice(
                label="Sort",
                symbol="swap_vert",
                options=SORT_OPTIONS,
                value=on.get("sort", "newest"),
                on_choose=on_sort,
                key="sort-by",
            )


def chip_row(on: Filters, *, projects: Mapping[str, str], on_filter: Handler) -> None:
    """The filters that are on."""
    with me.box(classes="bar slim", key="chip-row"):
        chips(chips=filter_words(on, projects), on_filter=on_filter)


def known_tags(items: Sequence[MediaItem]) -> list[str]:
    """Tags of what is shown, to be suggested."""
    return sorted({tag for item in items for tag in item.tags}, key=str.casefold)[:MOST_TAGS]


def trash_note(on: Filters, empty: Callable[[], None]) -> None:
    """What this list is, and with nothing else on the way to be rid of all of it (`empty` draws that)."""
    with me.box(classes="notice info", key="trash-note"):
        symbol(name="delete")
        with me.box(classes="grow"):
            me.text(f"Deleted items, with their files. Each goes for good {KEPT.days} days after its deletion.")
        if not set(on) - {"trash", "sort", "project"}:
            empty()


def searched_note(reached: datetime | str, on_further: Handler) -> None:
    """How far the list was searched for what the store does not filter, and the way on."""
    with me.box(classes="searched", key="searched"):
        with me.box(classes="meta"):
            if isinstance(reached, datetime):
                ago(ms=int(reached.timestamp() * 1000), prefix="Searched back to ", suffix=".")
            else:
                me.text(f"Searched down to titles like “{paired(reached[:40])}”.")
        button(label="Search further", on_press=on_further, key="further")


def wordless_note(text: str) -> None:
    """Why a search that is on finds everything."""
    with me.box(classes="notice info", key="wordless"):
        aria(role="status")
        symbol(name="info")
        me.text(f"“{text[:60]}” has no word in it to look for, so nothing is left out.")


def cut_off_note(view: ViewState, remedy: str) -> None:
    """At the foot of a list that is shown as far as any page shows one; nothing below others."""
    if is_cut_off(view):
        with me.box(classes="searched", key="cut-off"), me.box(classes="meta"):
            me.text(f"The list ends here, at {len(held_items(view)):,}. {remedy}")


def nothing_found(on: Filters, *, on_clear: Handler, on_create: Handler) -> None:
    """Why the list is empty, and the one next step."""
    match nothing(on):
        case "empty":
            blank(
                "photo_library",
                "This project is empty" if "project" in on else "Your library is empty",
                "Whatever you make or import stands here, newest first.",
                "Create an image",
                on_create,
            )
        case "trash":
            text = f"What is deleted lies here for {KEPT.days} days and can be restored, files and all."
            blank("delete", "The trash is empty", text, "Back to Library", on_clear)
        case "type":
            title, text = "Nothing of this type yet", "Other types may have something."
            blank("filter_alt_off", title, text, "Show all", on_clear)
        case "search":
            title = f"Nothing matches “{on['q'][:60]}”"
            text = "Each word has to begin a word of the title, the prompt or a tag. Try fewer words, or other ones."
            blank("search_off", title, text, "Clear all", on_clear)
        case "filters":
            text = f"Nothing in the {'trash' if 'trash' in on else 'library'} has all of these filters."
            blank("filter_alt_off", "Nothing matches", text, "Clear all", on_clear)


def failed_list(error: str, on_retry: Handler) -> None:
    blank("cloud_off", "The library could not be read", error, "Retry", on_retry, alert=True)


def left_out_note(note: str, on_close: Handler) -> None:
    """What an address asked for that is unknown here."""
    with me.box(classes="notice info", key="left-out"):
        aria(role="status")
        symbol(name="info")
        with me.box(classes="grow"):
            me.text(note)
        button(label="Dismiss", icon="close", icon_only=True, variant="ghost", on_press=on_close, key="note-close")
