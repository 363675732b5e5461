"""Immutable, versioned snapshots of query results, shared by every view of this process."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from services.freshness.merge import Held
from services.models import MediaItem, MediaQuery, Principal


@dataclass(frozen=True)
class Snapshot:
    """What one principal's query returned, as known at `watermark`."""

    version: str
    query: MediaQuery
    user_id: str
    held: Held
    watermark: str
    as_of: datetime

    @property
    def items(self) -> tuple[MediaItem, ...]:
        """A gapless run from the top of the list: all that the query matches, in order, as far down as was loaded."""
        return self.held.items

    @property
    def complete(self) -> bool:
        """Whether the list ends with `items`."""
        return self.held.cursor is None


class SnapshotStore:
    """Holds the newest snapshot per (principal, query) and the older versions that open tabs still name.

    Bounded by `max_snapshots` and by `max_items` over all of them; the least recently used go first. A version that
    is gone is not an error: the page wrapper re-reads (reason `recover`).
    Versions carry a mark of this process, so one made elsewhere or before a restart is never mistaken for ours, and
    are bound to a user: naming somebody else's version finds nothing.
    """

    def __init__(self, mark: str, *, max_snapshots: int = 2_000, max_items: int = 200_000) -> None:
        self._mark = mark
        self._max_snapshots = max_snapshots
        self._max_items = max_items
        self._lock = threading.Lock()
        self._by_version: OrderedDict[str, Snapshot] = OrderedDict()
        self._latest: dict[tuple[str, str], str] = {}
        self._items = 0
        self._count = 0

    def next_version(self, query: MediaQuery) -> str:
        """A fresh version name, `query#number`, for a snapshot of `query`."""
        with self._lock:
            self._count += 1
            number = self._count
        return f"{hashlib.sha256(query.key.encode()).hexdigest()[:6]}#{self._mark}{number}"

    def hold(self, snapshot: Snapshot) -> None:
        """Keep `snapshot` as the newest of its query."""
        with self._lock:
            replaced = self._by_version.pop(snapshot.version, None)
            self._items -= len(replaced.items) if replaced else 0
            self._by_version[snapshot.version] = snapshot
            self._latest[snapshot.user_id, snapshot.query.key] = snapshot.version
            self._items += len(snapshot.items)
            while len(self._by_version) > self._max_snapshots or self._items > self._max_items:
                if len(self._by_version) == 1:
                    break
                self._drop_oldest()

    def get(self, version: str, principal: Principal) -> Snapshot | None:
        """The snapshot named `version`, if this process holds it and it is the principal's."""
        with self._lock:
            snapshot = self._by_version.get(version)
            if snapshot is None or snapshot.user_id != principal.user_id:
                return None
            self._by_version.move_to_end(version)
            return snapshot

    def latest(self, query: MediaQuery, principal: Principal) -> Snapshot | None:
        """The newest snapshot of `query` for the principal."""
        with self._lock:
            version = self._latest.get((principal.user_id, query.key))
            return self._by_version.get(version) if version else None

    def _drop_oldest(self) -> None:
        version, snapshot = self._by_version.popitem(last=False)
        self._items -= len(snapshot.items)
        key = (snapshot.user_id, snapshot.query.key)
        if self._latest.get(key) == version:
            del self._latest[key]
