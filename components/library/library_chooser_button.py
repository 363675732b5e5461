"""The "Choose from Library" button and the dialog it opens.

Each chooser on a page has a `chooser_key` of its own. `open_dialog` sets `needs_refresh[chooser_key]` and yields: the
dialog paints what this process holds, marked busy. The selector's loader then asks the store again and clears the flag,
exactly once per opening (components/library/library_image_selector.py). Nothing else reads or sets the flag.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, cast

import mesop as me

from components.library.library_image_selector import library_image_selector, load_when_needed, refresh_selector
from components.page import View
from components.web import button, dialog
from services.models import MediaType
from state.bound import bound
from state.chooser import (
    load_waiting,
    on_its_way,
    paint_held,
    selector_query,
    selector_view,
    waiting_query,
    waiting_view,
)
from state.handlers import handler


@me.stateclass
class ChooserState:
    """Which chooser is open ("" for none) and, for each, whether it has yet to ask the store since it was opened."""

    open_key: str = ""
    needs_refresh: dict[str, bool]


@dataclass(frozen=True)
class LibrarySelectEvent:
    """Somebody chose `media_id` in the chooser `chooser_key`. The id comes from a browser: authorise it before use."""

    chooser_key: str
    media_id: str


OnSelect = Callable[[LibrarySelectEvent], Generator[None, None, None] | None]


def library_chooser_button(
    *,
    chooser_key: str,
    purpose: str,
    on_select: OnSelect,
    media_type: MediaType = "image",
    label: str = "Choose from Library",
) -> None:
    """A button that opens the library to pick one item of `media_type`; `on_select` gets it and the dialog closes.

    `on_select` is a function of a module, and a chooser's arguments stay the same from render to render.
    """
    state = me.state(ChooserState)
    is_open = state.open_key == chooser_key
    button(
        label=label,
        icon="photo_library",
        full=True,
        on_press=bound(open_dialog, chooser_key, media_type),
        key=f"choose-{chooser_key}",
    )
    # Children stand in one box: slotted children are matched by place, not by key.
    with (
        dialog(
            is_open=is_open,
            label=label,
            purpose=purpose,
            note=on_its_way() if is_open else "",
            on_close=on_close_dialog,
            key=f"dialog-{chooser_key}",
        ),  # fmt: skip
        me.box(key=f"dialog-body-{chooser_key}", classes="choose"),
    ):
        if is_open:
            library_image_selector(
                media_type=media_type,
                needs_refresh=state.needs_refresh.get(chooser_key, False),
                on_select=_selection(on_select),
            )


def _is_any_open() -> bool:
    return bool(me.state(ChooserState).open_key)


CHOOSER = (
    View(selector_view, selector_query, refresh_selector, "chooser", active=_is_any_open),
    View(waiting_view, waiting_query, load_waiting, "chooser.waiting", active=_is_any_open),
)
"""The views of the open chooser, for the pages that have one."""


def open_dialog(chooser_key: str, media_type: str, event: me.WebEvent) -> Generator[None, None, None]:
    """Open the chooser: what is held paints at once, then the store is asked."""
    state = me.state(ChooserState)
    state.open_key = chooser_key
    state.needs_refresh[chooser_key] = True
    paint_held(cast(MediaType, media_type))
    yield
    yield from load_when_needed(state.needs_refresh, chooser_key)


def close_chooser() -> None:
    """For a page that is opened: what a chooser showed on an earlier visit is no answer to anything."""
    me.state(ChooserState).open_key = ""


@handler
def on_close_dialog(event: me.WebEvent) -> None:
    close_chooser()


@cache
def _selection(on_select: OnSelect) -> Callable[[Any], Generator[None, None, None]]:
    """`on_select` as the handler of a tile: it closes the dialog and passes on which chooser it was."""

    @handler
    @wraps(on_select)
    def select(event: me.WebEvent) -> Generator[None, None, None]:
        state = me.state(ChooserState)
        chosen = LibrarySelectEvent(state.open_key, str(event.value.get("id", "")))
        state.open_key = ""
        result = on_select(chosen)
        if result is None:
            yield
        else:
            yield from result

    return select
