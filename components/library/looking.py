"""A closer look from a list: a press on a tile opens the page's preview, steps lead on, and its closing ends that."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import mesop as me

from services.models import MediaItem, MediaQuery
from state.handlers import handler
from state.neighbours import beside
from state.preview import close_preview, go_on_to, open_preview, previewed
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


@handler
def on_look(event: me.WebEvent) -> None:
    open_preview(str(event.value.get("id", "")))


def on_look_among(name: str, event: me.WebEvent) -> None:
    """On a page of several lists: out of the one of this name."""
    open_preview(str(event.value.get("id", "")), name)


@handler
def on_look_end(event: me.WebEvent) -> None:
    close_preview()


def step(
    event: me.WebEvent, row: Row, load: Callable[[str], Generator[None, None, None]] | None = None
) -> Generator[None, None, None]:
    """To the item before or after the one that is looked at, if there is one: {to: "previous" | "next"}. Reads nothing.

    Near the end of what is shown of a list, `load` then has it go on, given a cursor, as it does under a reader.
    """
    item = previewed(row.items)
    previous, following = row.beside(item) if item else ("", "")
    found = previous if event.value.get("to") == "previous" else following
    if found:
        go_on_to(found)
    yield
    if load and row.end and found in [one.id for one in row.items[-2:]]:
        yield from load(row.end)
