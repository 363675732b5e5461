"""Home's shelves: one row each, with the way to all of it."""

from __future__ import annotations

import mesop as me

from components.library.media_tile import media_tiles
from components.web import aria, link_button, symbol
from state.handlers import Handler
from state.home import ROW, Shelf, shelf_items, shelf_view
from state.view import is_whole

SKELETON_SHELVES = 2
GONE = {"making": "Nothing is running any more. What was made stands below.", "failed": "Nothing needs you any more."}


def shelf_row(shelf: Shelf, *, on_activate: Handler, on_retry: Handler) -> None:
    """One shelf. Where nothing is left of it, its row stays as long as it is to be there at all."""
    view, items = shelf_view(shelf.name), shelf_items(shelf.name)
    with me.box(classes="shelf", key=f"shelf-{shelf.name}"):
        aria(role="region", label=shelf.heading)
        _head(shelf, str(len(items)) if items and is_whole(view) else "")
        with me.box(classes="grid one", key=f"row-{shelf.name}" if items else f"gone-{shelf.name}"):
            if items:
                media_tiles(
                    items,
                    label=f"{shelf.heading}, {'latest' if shelf.name == 'opened' else 'newest'} first",
                    on_activate=on_activate,
                    on_retry=on_retry,
                    row=True,
                    view=None if shelf.name == "opened" else view,
                )
            else:
                _nothing_left(shelf)


def _nothing_left(shelf: Shelf) -> None:
    """As high as a tile."""
    with me.box(classes="sk-tile gone", key="gone"):
        pass
    with me.box(classes="gone-note meta", key="gone-note"):
        symbol(name="check", look="s")
        me.text(GONE.get(shelf.name, "Nothing left here."))


def _head(shelf: Shelf, count: str) -> None:
    with me.box(classes="row shelf-head", key=f"head-{shelf.name}"):
        with me.box(classes="h2"):
            me.text(shelf.heading)
            aria(role="heading", label=shelf.heading, level=2)
        with me.box(classes="meta"):
            me.text(count)
        with me.box(classes="grow"):
            pass
        if shelf.address:
            link_button(
                label=shelf.all_words, icon="chevron_right", href=f"/library?{shelf.address}", variant="ghost mini",
                inside=True, key=f"all-{shelf.name}",
            )  # fmt: skip


def skeleton_shelves() -> None:
    """Before anything is known."""
    for number in range(SKELETON_SHELVES):
        with me.box(classes="shelf", key=f"skeleton-{number}"):
            aria(role="presentation")
            with me.box(classes="shelf-head", key=f"skeleton-head-{number}"), me.box(classes="sk-line"):
                pass
            with me.box(classes="grid one", key=f"skeleton-row-{number}"):
                for place in range(ROW):
                    with me.box(classes="sk-tile", key=f"sk-{place}"):
                        pass
