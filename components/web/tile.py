"""A media item as a tile: picture, rising water or failure, with its title and age."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


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
    on_activate: Handler,
    key: str,
    duration: float | None = None,
    progress: int | None = None,
    error: str = "",
    run_id: str = "",
    selected: bool = False,
    use: bool = False,
    is_new: bool = False,
    on_retry: Handler | None = None,
) -> Any:
    """A button whose name starts with `label`. Payload of both handlers: {id}.

    `status`: "generating", "ready" or "failed". `created_ms` is epoch milliseconds, `duration` seconds, `progress`
    percent; the page's `run_watch` raises the water of tiles with its `run_id` between renders. `use` says that a press
    takes the item instead of opening it. Tiles inside a box with role "list" share one tab stop and the arrow keys.
    """
    return insert(
        "freshet-tile",
        key=key,
        events={"activateEvent": on_activate, "retryEvent": on_retry},
        properties={
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
            "selected": selected,
            "use": use,
            "isNew": is_new,
        },
    )
