"""A closer look from a list: a press on a tile opens the page's preview, and its closing ends that."""

from __future__ import annotations

import mesop as me

from state.handlers import handler
from state.preview import close_preview, open_preview


@handler
def on_look(event: me.WebEvent) -> None:
    open_preview(str(event.value.get("id", "")))


@handler
def on_look_end(event: me.WebEvent) -> None:
    close_preview()
