"""Which blobs a record refers to, and whom a blob belongs to by its key alone.

    media/{project}/{item}/…   an item's own folder: nothing but that item's record refers into it
    shared/{batch}/…           files that several records have in common; each names them in its `files`

An item that moves to another project keeps its files where they are, so the project in a key says nothing.
"""

from __future__ import annotations

import re

from services.models.media import MediaItem

OWN, SHARED = "media", "shared"
"""First folders of the keys of a library's files."""
_OWN = re.compile(rf"{OWN}/[^/]+/([^/]+)/[^/]+")


def folder_owner(key: str) -> str | None:
    """The id of the item in whose own folder a blob lies; None for any other blob.

    >>> folder_owner("media/p/01A/thumb-x.webp"), folder_owner("shared/b/thumb-1.webp")
    ('01A', None)
    """
    match = _OWN.fullmatch(key)
    return match[1] if match else None


def shared_keys(item: MediaItem) -> list[str]:
    """Keys of `item` that lie outside its own folder, so that other records may refer to them as well."""
    return sorted({file.key for file in item.files.values() if folder_owner(file.key) != item.id})


def stored_bytes(item: MediaItem) -> int:
    """What an item's files take up. Files that several items share count for each of them."""
    return sum(file.size for file in item.files.values())
