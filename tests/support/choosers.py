"""A page with a chooser of each type: the product's own pages ask for pictures alone so far.

Importing this module registers the page.
"""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.frame import frame, head_bar
from components.library.library_chooser_button import CHOOSER, LibrarySelectEvent, close_chooser, library_chooser_button
from components.page import page
from components.web import aria
from services.models import MediaType

PATH = "/test/choosers"
TYPES: tuple[MediaType, ...] = ("image", "video", "audio")


@me.stateclass
class ChosenState:
    chosen: dict[str, str]
    """Media id by type."""


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    close_chooser()
    yield


def on_select(event: LibrarySelectEvent) -> None:
    me.state(ChosenState).chosen[event.chooser_key] = event.media_id


@page(path=PATH, title="Choosers", on_load=on_load, views=CHOOSER)
def choosers_page() -> None:
    frame(current=PATH, head=lambda: head_bar("Choosers"), body=_body)


def _body() -> None:
    with me.box(classes="page", key="page"):
        for media_type in TYPES:
            with me.box(classes="card slot", key=f"slot-{media_type}"):
                aria(role="region", label=media_type.capitalize())
                library_chooser_button(
                    chooser_key=media_type,
                    purpose=f"for {media_type.capitalize()}",
                    media_type=media_type,
                    on_select=on_select,
                )
                me.text(f"Chosen {media_type}: {me.state(ChosenState).chosen.get(media_type, 'none')}")
