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


class SeenItems:
    """The newest revision of each item that was read for a user within LIFETIME, at most MOST in all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._items: OrderedDict[tuple[str, str], tuple[float, MediaItem]] = OrderedDict()

    def note(self, user_id: str, items: Iterable[MediaItem]) -> None:
        """`items` were read for `user_id` just now."""
        now = self._clock.monotonic()
        with self._lock:
            for item in items:
                _, known = self._items.pop((user_id, item.id), (0.0, item))
                # A slow read may end after a newer one.
                self._items[user_id, item.id] = (now, item if item.revision >= known.revision else known)
            self._drop_old(now)

    def forget(self, user_id: str, media_ids: Iterable[str]) -> None:
        """These are no longer the user's to see."""
        with self._lock:
            for media_id in media_ids:
                self._items.pop((user_id, media_id), None)

    def get(self, user_id: str, media_id: str) -> MediaItem | None:
        with self._lock:
            read_at, item = self._items.get((user_id, media_id), (0.0, None))
            return item if item is not None and self._clock.monotonic() - read_at < LIFETIME else None

    def _drop_old(self, now: float) -> None:
        """The first was noted longest ago."""
        while self._items:
            read_at, _ = next(iter(self._items.values()))
            if now - read_at < LIFETIME and len(self._items) <= MOST:
                break
            self._items.popitem(last=False)
