"""Whether a blob is in use: asked before anything is removed for good.

Why asking and then removing is safe, with any number of servers and commands at work meanwhile. A key is made with a
new id, and a record that refers to it is committed soon after the blob is written, by whoever wrote it. So a blob that
is old and that no record refers to is never referred to again: there is no race to lose. "Soon" has four exceptions,
and each of them counts as use or is guarded by age:

- A workflow notes what it has rendered and publishes it later, even days later if the server was stopped in between.
  The item waits meanwhile as `generating`, and everything in its folder is in use.
- An item in the trash refers to its files all along, so it can be restored.
- A cut-out is referred to by no record. It belongs to the picture as it is now, and is made again where it is missing.
- Files that several items share are written first, and the items are committed over minutes. Nobody adds to them
  later: who wants shared files writes his own. So they are left alone for SAFE_AGE, however few refer to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from services.generation.cutouts import cutout_key
from services.identity import SYSTEM
from services.models import MediaItem
from services.models.blob_keys import folder_owner
from services.store.protocol import Store

SAFE_AGE = timedelta(hours=24)
"""Nothing younger is removed for being unused: its record may be on its way. Clocks differ by far less."""


class References:
    """Answers from the store as it is at that moment; nothing is remembered."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def in_use(self, key: str) -> bool:
        """Whether the blob `key` must stay. Raises StoreError."""
        owner = folder_owner(key)
        item = self._store.media.get_many(SYSTEM, [owner]).get(owner) if owner else None
        return (item is not None and keeps(item, key)) or self._store.upkeep.is_referenced(SYSTEM, key)

    def unused(self, keys: Iterable[str]) -> list[str]:
        """Those of some keys that are not in use, in their order, for one read of all the items whose folders they lie
        in and one for each key that those do not know. Raises StoreError."""
        owners = {key: folder_owner(key) for key in keys}
        items = self._store.media.get_many(SYSTEM, sorted({owner for owner in owners.values() if owner}))
        unknown = (key for key, owner in owners.items() if owner not in items or not keeps(items[owner], key))
        return [key for key in unknown if not self._store.upkeep.is_referenced(SYSTEM, key)]


def keeps(item: MediaItem, key: str) -> bool:
    """Whether the item in whose folder a blob lies has use for it."""
    return (
        item.status == "generating" or key == cutout_key(item) or any(file.key == key for file in item.files.values())
    )
