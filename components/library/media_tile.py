"""Media items as a list of tiles."""

from __future__ import annotations

from collections.abc import Sequence

import mesop as me

from components.web import aria, tile, tile_window, tiles
from services.errors import costs_again
from services.files.urls import media_url
from services.keeping.trash import KEPT
from services.models import MediaItem
from state.handlers import Handler
from state.view import ViewState
from state.window import window_of


def media_tiles(
    items: Sequence[MediaItem],
    *,
    label: str,
    on_activate: Handler,
    on_retry: Handler | None = None,
    on_move: Handler | None = None,
    use: bool = False,
    selectable: bool = False,
    row: bool = False,
    view: ViewState | None = None,
) -> None:
    """Draw `items` as the list `label`, in a box of class "grid" or "quad" that holds nothing else.

    A press on a tile is told to `on_activate`, which with `use` takes the item; failed items offer `on_retry`, except
    with `use`. `selectable`: several can be chosen at a time (see `selection`). `row`: only those that fit side by side
    are there to be seen and reached (in a box of class "grid one"). Given the `view` they stand in, items made since
    that was opened are marked as new.

    With `on_move` those around the reader are mounted alone, and the room of the others is kept: it is told where the
    reader is (`follow_reader`).
    """
    aria(role="list", label=label)
    tiles(on_activate=on_activate, on_retry=on_retry, selectable=selectable, row=row)
    opened_ms = view.opened_ms if view else 0
    if view and on_move:
        _around_reader(items, view, on_move, use=use)
        return
    for item in items:
        _tile(item, use=use, opened_ms=opened_ms)


def _around_reader(items: Sequence[MediaItem], view: ViewState, on_move: Handler, *, use: bool) -> None:
    window = window_of(view, items)
    tile_window(start=window.start, mounted=window.mounted, total=window.total, on_move=on_move)
    for block in window.blocks:
        with me.box(classes="block", key=f"block-{block.key}"):
            for item in block.items:
                _tile(item, use=use, opened_ms=view.opened_ms)


def _tile(item: MediaItem, *, use: bool, opened_ms: int) -> None:
    """One item; its state decides between picture, rising water and failure."""
    created_ms = int(item.created_at.timestamp() * 1000)
    goes_ms = int((item.deleted_at + KEPT).timestamp() * 1000) if item.deleted_at else 0
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
        is_new=0 < opened_ms < created_ms,
        favourite=item.favourite,
        goes_ms=goes_ms,
        costs_again=costs_again(item.error or ""),
        key=item.id,
    )


def running(items: Sequence[MediaItem]) -> list[str]:
    """The runs that `items` still wait for."""
    return list(dict.fromkeys(item.run_id for item in items if item.status == "generating" and item.run_id))
