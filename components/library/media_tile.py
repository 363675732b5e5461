"""A media item as a tile."""

from __future__ import annotations

from components.web import tile
from services.files.urls import media_url
from services.models import MediaItem
from state.handlers import Handler
from state.view import ViewState


def media_tile(
    item: MediaItem,
    *,
    on_activate: Handler,
    on_retry: Handler | None = None,
    use: bool = False,
    view: ViewState | None = None,
) -> None:
    """Draw `item`; its state decides between picture, rising water and failure. `use`: a press takes it.

    Given the `view` it stands in, an item made since that was opened is marked as new.
    """
    created_ms = int(item.created_at.timestamp() * 1000)
    original = item.file("original")
    tile(
        media_id=item.id,
        revision=item.revision,
        label=item.title,
        media_type=item.media_type,
        status=item.status,
        thumb_url=media_url(item, "thumb"),
        created_ms=created_ms,
        duration=original.duration if original else None,
        error=item.error or "",
        run_id=item.run_id or "",
        use=use,
        is_new=view is not None and 0 < view.opened_ms < created_ms,
        on_activate=on_activate,
        on_retry=on_retry,
        key=item.id,
    )


def running(items: tuple[MediaItem, ...]) -> list[str]:
    """The runs that `items` still wait for."""
    return list(dict.fromkeys(item.run_id for item in items if item.status == "generating" and item.run_id))
