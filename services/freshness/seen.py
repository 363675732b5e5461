"""Items that screens have just been shown, so that their pictures cost no second read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from services.clock import Clock
from services.models import MediaItem

LIFETIME = 300.0
"""Seconds for which a read stands as permission to fetch the item's files: a lost right takes effect by then."""
MOST = 50_000
MOST_PINNED = 2_000


class SeenItems:
    """The newest revision of each item that was read for a user within LIFETIME, at most MOST in all.

    Besides, revisions that single screens name (`pin`), since what they draw must not change under them.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._items: OrderedDict[tuple[str, str], tuple[float, MediaItem | None]] = OrderedDict()
        """None for an item that was known and has gone."""
        self._pinned: OrderedDict[tuple[str, str, int], MediaItem] = OrderedDict()

    def note(self, user_id: str, items: Iterable[MediaItem]) -> None:
        """`items` were read for `user_id` just now."""
        now = self._clock.monotonic()
        with self._lock:
            for item in items:
                _, known = self._items.pop((user_id, item.id), (0.0, None))
                # A slow read may end after a newer one.
                newer = known is None or item.revision >= known.revision
                self._items[user_id, item.id] = (now, item if newer else known)
            self._drop_old(now)

    def forget(self, user_id: str, media_ids: Iterable[str]) -> None:
        """These are no longer the user's to see."""
        now = self._clock.monotonic()
        with self._lock:
            for media_id in media_ids:
                if self._items.pop((user_id, media_id), None) is not None:
                    self._items[user_id, media_id] = (now, None)

    def get(self, user_id: str, media_id: str) -> MediaItem | None:
        with self._lock:
            read_at, item = self._items.get((user_id, media_id), (0.0, None))
            return item if item is not None and self._clock.monotonic() - read_at < LIFETIME else None

    def is_gone(self, user_id: str, media_id: str) -> bool:
        """Whether the item was the user's to see and is so no longer, as far as that is remembered."""
        with self._lock:
            known = self._items.get((user_id, media_id))
            return known is not None and known[1] is None

    def is_ahead(self, user_id: str, item: MediaItem) -> bool:
        """Whether the user knows of a newer revision than `item`, or that it has gone."""
        with self._lock:
            known = self._items.get((user_id, item.id))
            return known is not None and (known[1] is None or known[1].revision > item.revision)

    def pin(self, user_id: str, media_id: str) -> MediaItem | None:
        """The newest revision, which `at` will find for as long as a screen may name it."""
        item = self.get(user_id, media_id)
        if item is not None:
            with self._lock:
                self._pinned[user_id, media_id, item.revision] = item
                self._pinned.move_to_end((user_id, media_id, item.revision))
                while len(self._pinned) > MOST_PINNED:
                    self._pinned.popitem(last=False)
        return item

    def at(self, user_id: str, media_id: str, revision: int) -> MediaItem | None:
        """The item as it was pinned at `revision`, however long ago."""
        with self._lock:
            return self._pinned.get((user_id, media_id, revision))

    def _drop_old(self, now: float) -> None:
        """The first was noted longest ago."""
        while self._items:
            read_at, _ = next(iter(self._items.values()))
            if now - read_at < LIFETIME and len(self._items) <= MOST:
                break
            self._items.popitem(last=False)
