"""An item of the library that a form uses: a picture, or a clip to go on from."""

from __future__ import annotations

from dataclasses import dataclass

from services.container import services
from services.errors import BadInput, NotFound
from services.files.urls import media_url
from services.generation.requests import Role
from services.models import MediaItem, Variant
from state.session import principal


@dataclass
class Chosen:
    """What drawing it needs: it is authorised again, by its id, when a run starts. Empty while nothing is chosen."""

    media_id: str = ""
    title: str = ""
    url: str = ""


def choose(chosen: Chosen, media_id: str, role: Role = "picture") -> MediaItem:
    """Put a library item there. Raises BadInput if it is none that can be used in that role, StoreError."""
    item = readable_source(media_id, role)
    put(chosen, item)
    return item


def put(chosen: Chosen, item: MediaItem) -> None:
    """Put an item there that may be used."""
    picture: Variant = "poster" if item.media_type == "video" else "original"
    chosen.media_id, chosen.title, chosen.url = item.id, item.title, media_url(item, picture) or ""


def forget(chosen: Chosen) -> None:
    chosen.media_id = chosen.title = chosen.url = ""


def is_usable(item: MediaItem) -> bool:
    """Whether a form can use it as a picture: a finished one that was not deleted."""
    return _is_finished(item) and item.media_type == "image"


def readable_picture(media_id: str) -> MediaItem:
    """The finished image `media_id`, read as the person asking. Raises BadInput on "picture", StoreError."""
    return readable_source(media_id, "picture")


def readable_source(media_id: str, role: Role) -> MediaItem:
    """The finished image, or clip to go on from, read as the person asking. Raises BadInput on `role`, StoreError."""
    noun = "clip" if role == "clip" else "picture"
    try:
        item = services().store.media.get(principal(), media_id)
    except NotFound as error:
        raise BadInput(role, f"This {noun} is no longer in the library. Choose another one.") from error
    if item.deleted_at is not None:
        raise BadInput(role, f"This {noun} was deleted. Restore it in the library, or choose another one.")
    if not _is_finished(item) or item.media_type != ("video" if role == "clip" else "image"):
        raise BadInput(role, f"Only finished {noun}s can be used here. Choose another one.")
    return item


def _is_finished(item: MediaItem) -> bool:
    return item.status == "ready" and item.deleted_at is None
