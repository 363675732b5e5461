"""A media item as a tile: picture, rising water or failure, with its title and age."""

from __future__ import annotations

from typing import Any, Final

from components.web._face import Handler, element, insert

ASSUMED: Final[dict[str, Any]] = {
    "mediaId": "",
    "revision": 0,
    "label": "",
    "mediaType": "image",
    "status": "ready",
    "thumbUrl": None,
    "createdMs": 0,
    "duration": None,
    "progress": None,
    "error": "",
    "runId": "",
    "use": False,
    "isNew": False,
    "favourite": False,
    "goesMs": 0,
    "costsAgain": False,
}
"""What the element takes for granted: only what differs is sent, since there are many tiles."""


@element
def tile(
    *,
    media_id: str,
    revision: int,
    label: str,
    media_type: str,
    status: str,
    thumb_url: str | None,
    created_ms: int,
    key: str,
    duration: float | None = None,
    progress: int | None = None,
    error: str = "",
    run_id: str = "",
    use: bool = False,
    is_new: bool = False,
    favourite: bool = False,
    goes_ms: int = 0,
    costs_again: bool = False,
) -> Any:
    """A button whose name starts with `label`. What it is asked for is heard by `tiles`, in the same box.

    `status`: "generating", "ready" or "failed". `created_ms` is epoch milliseconds, `duration` seconds, `progress`
    percent; the page's `run_watch` raises the water of tiles with its `run_id` between renders. `use` says that a press
    takes the item instead of opening it. Tiles inside a box with role "list" share one tab stop and the arrow keys.
    Its heart (`favourite`) and its deletion are heard by the page's `edits`. With `goes_ms` it lies in the trash and is
    deleted for good then: `edits` hears "restore" and "purge" instead. `costs_again`: a retry is asked about first.
    """
    item = {
        "mediaId": media_id,
        "revision": revision,
        "label": label,
        "mediaType": media_type,
        "status": status,
        "thumbUrl": thumb_url,
        "createdMs": created_ms,
        "duration": duration,
        "progress": progress,
        "error": error,
        "runId": run_id,
        "use": use,
        "isNew": is_new,
        "favourite": favourite,
        "goesMs": goes_ms,
        "costsAgain": costs_again,
    }
    told = {name: value for name, value in item.items() if value != ASSUMED[name]}
    return insert("freshet-tile", key=key, properties={"item": told})


@element
def tiles(
    *,
    on_activate: Handler,
    on_retry: Handler | None = None,
    selectable: bool = False,
    row: bool = False,
    key: str = "tiles",
) -> Any:
    """Hears for all tiles in the box around it, so that none of them carries handlers. Payload of both: {id};
    of `on_retry` also {scrolled}, whether something above would disturb.

    `on_activate`: a tile was pressed. `on_retry`: a failed one is to be made again. `selectable`: the tiles have check
    marks, which the page's `selection` hears of. `row`: only as many as fit side by side can be seen and reached.
    """
    return insert(
        "freshet-tiles",
        key=key,
        events={"activateEvent": on_activate, "retryEvent": on_retry},
        properties={"selectable": selectable, "row": row},
    )


@element
def tile_window(*, start: int, mounted: int, total: int, on_move: Handler, key: str = "window") -> Any:
    """Keeps the room of the tiles that are not mounted: of `total`, `mounted` are, from place `start` on.

    Once in a list, before its tiles, which may stand in boxes of class "block". `on_move` is told when the reader comes
    near an end of what is mounted: {place, seen}, the place in the middle of what is seen, and how many tiles that is.
    """
    return insert(
        "freshet-window",
        key=key,
        events={"moveEvent": on_move},
        properties={"start": start, "mounted": mounted, "total": total},
    )
