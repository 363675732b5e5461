"""A picture of the library that a form uses."""

from __future__ import annotations

from dataclasses import dataclass

from services.container import services
from services.errors import BadInput, NotFound
from services.files.urls import media_url
from services.models import MediaItem
from state.session import principal


@dataclass
class Chosen:
    """What drawing it needs: it is authorised again, by its id, when a run starts. Empty while nothing is chosen."""

    media_id: str = ""
    title: str = ""
    url: str = ""


def choose(chosen: Chosen, media_id: str) -> MediaItem:
    """Put a library item there. Raises BadInput if it is no picture that can be used, StoreError."""
    item = readable_picture(media_id)
    chosen.media_id, chosen.title, chosen.url = item.id, item.title, media_url(item, "original") or ""
    return item


def forget(chosen: Chosen) -> None:
    chosen.media_id = chosen.title = chosen.url = ""


def is_usable(item: MediaItem) -> bool:
    """Whether a form can use it: a finished picture that was not deleted."""
    return item.media_type == "image" and item.status == "ready" and item.deleted_at is None


def readable_picture(media_id: str) -> MediaItem:
    """The finished image `media_id`, read as the person asking. Raises BadInput on "picture", StoreError."""
    try:
        item = services().store.media.get(principal(), media_id)
    except NotFound as error:
        raise BadInput("picture", "This picture is no longer in the library. Choose another one.") from error
    if item.deleted_at is not None:
        raise BadInput("picture", "This picture was deleted. Restore it in the library, or choose another one.")
    if not is_usable(item):
        raise BadInput("picture", "Only finished pictures can be used here. Choose another one.")
    return item
