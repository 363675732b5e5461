"""The foot of an endless list."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def sentinel(*, cursor: str, done: bool, on_more: Handler, key: str) -> Any:
    """Asks for the page after `cursor` when it comes within 600 px of the visible part. Payload: {cursor}, and where
    the list has a `tile_window`, what that tells, {place, seen}.

    Once per cursor, and again for each new one without having left the screen. Put it after the list.
    """
    return insert(
        "freshet-sentinel",
        key=key,
        events={"moreEvent": on_more},
        properties={"cursor": cursor, "done": done},
    )
