"""The item that is looked at more closely, on whichever page."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from services.container import services
from services.errors import NotFound, StoreError
from services.ids import is_id
from services.models import MediaItem
from state.session import principal


@me.stateclass
class PreviewState:
    """`item_id` is "" while nothing is open; `missing` says why an item cannot be shown."""

    item_id: str = ""
    missing: str = ""


def open_preview(media_id: str) -> None:
    """Open the preview of an item; an id that is none opens nothing."""
    state = me.state(PreviewState)
    state.item_id, state.missing = (media_id, "") if is_id(media_id) else ("", "")


def close_preview() -> None:
    state = me.state(PreviewState)
    state.item_id, state.missing = "", ""


def previewed(items: tuple[MediaItem, ...]) -> MediaItem | None:
    """The open item: from the page's own items, else as it was last read for this person. Pure."""
    wanted = me.state(PreviewState).item_id
    held = next((item for item in items if item.id == wanted), None)
    return held or (services().freshness.seen.get(principal().user_id, wanted) if wanted else None)


def find_previewed(items: tuple[MediaItem, ...]) -> Generator[None, None, None]:
    """Read the item of a permalink that is not among `items`. It fills the preview only, never a grid."""
    state = me.state(PreviewState)
    if not state.item_id or previewed(items) is not None:
        return
    try:
        item = services().store.media.get(principal(), state.item_id)
        services().freshness.seen.note(principal().user_id, [item])
    except NotFound:
        state.missing = "This item does not exist, or it is not yours to see."
    except StoreError as error:
        state.missing = str(error)
    yield
