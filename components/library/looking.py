"""A closer look from a list: a press on a tile opens the page's preview, steps lead on, and its closing ends that."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import mesop as me

from services.models import MediaItem, MediaQuery
from state.handlers import handler
from state.neighbours import beside
from state.preview import PreviewState, close_preview, open_preview
from state.view import ViewState, cursor, has_more, held_items


@dataclass(frozen=True)
class Row:
    """What a page shows of the list that the look goes through: its items in the order of their tiles, what the list
    asks for, and the cursor to go on from where it is not shown to its end.
    """

    items: tuple[MediaItem, ...]
    query: MediaQuery
    end: str = ""

    def beside(self, item: MediaItem) -> tuple[str, str]:
        """The ids of the items before and after `item`, "" for none; pure."""
        return beside(item, self.items, self.query, whole=not self.end)


def row_of(view: ViewState, query: MediaQuery) -> Row:
    """All that a view shows, in its order; pure."""
    return Row(held_items(view), query, cursor(view) if has_more(view) else "")


def look_at(event: me.WebEvent, among: str = "") -> bool:
    """A tile of the page's list `among` was pressed: {id}. True if the look was there already, and has only gone on."""
    goes_on = bool(me.state(PreviewState).item_id)
    open_preview(str(event.value.get("id", "")), among)
    return goes_on


def look_through(
    event: me.WebEvent, row: Row, load: Callable[[str], Generator[None, None, None]]
) -> Generator[None, None, None]:
    """As `look_at`, in a list that `load` has go on, given a cursor: near the end of what is shown of it for whoever
    steps there, as it does under a reader. Else nothing is read.
    """
    goes_on = look_at(event)
    yield
    if goes_on and row.end and me.state(PreviewState).item_id in [one.id for one in row.items[-2:]]:
        yield from load(row.end)


@handler
def on_look_end(event: me.WebEvent) -> None:
    close_preview()
