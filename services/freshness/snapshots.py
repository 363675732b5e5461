"""Immutable, versioned snapshots of query results, shared by every view of this process."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from services.freshness.merge import Held
from services.models import MediaItem, MediaQuery, Principal
from services.store.watermarks import further

VERSIONS = 64
"""Versions of one view that open tabs may name. One that shows an older version reads it again (reason `recover`)."""

MOST_OWN = 8
"""Of a user's own edits, those that are known one by one."""

Key = tuple[str, str]
"""(user id, query key)."""


@dataclass(frozen=True)
class Snapshot:
    """What one principal's query returned, as known at `watermark`: everything up to there is in it.

    What came out of turn may be newer, but nothing of others is newer than `newest` ("" where that is the watermark).
    `first` is what the version was made of, where `held` has learnt more since that no screen shows (see `drawn`).
    `own`: places of the user's own edits that were taken in as soon as they were stored, the last MOST_OWN of them.
    """

    version: str
    query: MediaQuery
    user_id: str
    held: Held
    watermark: str
    as_of: datetime
    newest: str = ""
    own: tuple[str, ...] = ()
    first: Held | None = None

    @property
    def drawn(self) -> Held:
        """What screens draw: the same for as long as the version is. Mesop compares what it draws before and after an
        event; if that draws the same state in two ways, the browser is told of a difference to what it does not show.
        """
        return self.first or self.held

    @property
    def furthest(self) -> str:
        """The last commit that it knows of."""
        return self.known(())

    def known(self, own: Container[str]) -> str:
        """As `furthest`, of all but the edits in `own`."""
        others = (mark for mark in self.own if mark not in own)
        return reduce(further, others, self.newest or self.watermark)

    @property
    def items(self) -> tuple[MediaItem, ...]:
        """A gapless run from the top of the list: all that the query matches, in order, as far down as was loaded."""
        return self.held.items

    @property
    def complete(self) -> bool:
        """Whether the list ends with `items`."""
        return self.held.cursor is None

    @property
    def key(self) -> Key:
        return self.user_id, self.query.key


class SnapshotStore:
    """Holds the newest snapshot per (principal, query) and the older versions that open tabs still name.

    Bounded by `max_snapshots`, and over all of them by `max_items` and by `max_bytes` (the items' length as JSON,
    each counted once however many snapshots share it; in memory they take four times that). The least recently used
    go first. A version that is gone is not an error: the page wrapper re-reads (reason `recover`).
    Versions carry a mark of this process, so one made elsewhere or before a restart is never mistaken for ours, and
    are bound to a user: naming somebody else's version finds nothing.
    """

    def __init__(
        self,
        mark: str,
        *,
        max_snapshots: int = 2_000,
        max_items: int = 1_000_000,
        max_bytes: int = 32 * 2**20,
    ) -> None:
        self.mark = mark
        self.beneath: Callable[[MediaQuery, Principal], Snapshot | None] | None = None
        """Where to look for what is not in memory."""
        self._max_snapshots = max_snapshots
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._lock = threading.RLock()
        self._by_version: OrderedDict[str, Snapshot] = OrderedDict()
        self._latest: dict[Key, str] = {}
        self._versions: dict[Key, dict[str, None]] = {}
        self._unseen: set[str] = set()
        self._sizes = _Sizes()
        self._items = 0
        self._count = 0

    def next_version(self, query: MediaQuery) -> str:
        """A fresh version name, `query#number`, for a snapshot of `query`."""
        with self._lock:
            self._count += 1
            number = self._count
        return f"{hashlib.sha256(query.key.encode()).hexdigest()[:6]}#{self.mark}{number}"

    def hold(self, snapshot: Snapshot, *, pushed: bool = False) -> None:
        """Keep `snapshot` as the newest of its query.

        One that was `pushed` is named by no screen before somebody has been given it: its successor replaces it.
        """
        with self._lock:
            before = self._latest.get(snapshot.key)
            if before in self._unseen:
                self._drop(before)
            self._drop(snapshot.version)
            self._add(snapshot)
            if pushed:
                self._unseen.add(snapshot.version)
            while len(self._by_version) > 1 and self._too_much():
                self._drop(next(iter(self._by_version)))

    def touch(self, snapshot: Snapshot, *, used: bool) -> None:
        """Note what is new about a held version, whose items and cursor are the same; `used`: somebody is given it."""
        with self._lock:
            if snapshot.version in self._by_version:
                self._by_version[snapshot.version] = snapshot
                if used:
                    self._by_version.move_to_end(snapshot.version)
                    self._unseen.discard(snapshot.version)

    def get(self, version: str, principal: Principal) -> Snapshot | None:
        """The snapshot named `version`, if this process holds it and it is the principal's."""
        with self._lock:
            snapshot = self._by_version.get(version)
            if snapshot is None or snapshot.user_id != principal.user_id:
                return None
            self._by_version.move_to_end(version)
            self._unseen.discard(version)
            return snapshot

    def latest(self, query: MediaQuery, principal: Principal) -> Snapshot | None:
        """The newest snapshot of `query` for the principal; its version may be named from now on."""
        found = self.find(query, principal)
        if found is None:
            return None
        with self._lock:
            found = self.peek(found.key)  # a push may have taken the place of what nobody had been given
            if found is not None:
                self._unseen.discard(found.version)
        return found

    def find(self, query: MediaQuery, principal: Principal) -> Snapshot | None:
        """As `latest`, for one's own eyes: nobody is going to name its version."""
        key = (principal.user_id, query.key)
        found = self.peek(key)
        if found is None and self.beneath is not None:
            restored = self.beneath(query, principal)
            with self._lock:
                found = self.peek(key)  # somebody may have been faster
                if found is None and restored is not None:
                    self.hold(restored)
                    found = restored
        return found

    def peek(self, key: Key) -> Snapshot | None:
        """As `find`, from memory only."""
        with self._lock:
            version = self._latest.get(key)
            return self._by_version.get(version) if version else None

    def item(self, media_id: str, principal: Principal) -> MediaItem | None:
        """An item as the newest snapshots of the principal's views hold it; looks through all of them."""
        with self._lock:
            held = [self._by_version[version] for key, version in self._latest.items() if key[0] == principal.user_id]
        found = (item for snapshot in held for item in snapshot.items if item.id == media_id)
        return max(found, key=lambda item: item.revision, default=None)

    def of_user(self, user_id: str, project_id: str) -> list[Snapshot]:
        """The newest snapshot of each of a user's views of a project, for one's own eyes."""
        with self._lock:
            newest = (self._by_version[version] for version in self._latest.values())
            return [one for one in newest if one.user_id == user_id and one.query.project_id == project_id]

    def forget(self, key: Key) -> None:
        """Drop every version of a view: they are no longer the user's to see."""
        with self._lock:
            for version in list(self._versions.get(key, ())):
                self._drop(version)

    def _too_much(self) -> bool:
        return (
            len(self._by_version) > self._max_snapshots
            or self._items > self._max_items
            or self._sizes.total > self._max_bytes
        )

    def _add(self, snapshot: Snapshot) -> None:
        key, version = snapshot.key, snapshot.version
        self._by_version[version] = snapshot
        self._latest[key] = version
        versions = self._versions.setdefault(key, {})
        versions[version] = None
        self._items += len(snapshot.items)
        self._sizes.add(snapshot.items)
        if len(versions) > VERSIONS:
            self._drop(next(iter(versions)))

    def _drop(self, version: str | None) -> None:
        snapshot = self._by_version.pop(version, None) if version else None
        if snapshot is None or version is None:
            return
        key = snapshot.key
        self._unseen.discard(version)
        self._items -= len(snapshot.items)
        self._sizes.remove(snapshot.items)
        self._versions[key].pop(version, None)
        if not self._versions[key]:
            del self._versions[key]
        if self._latest.get(key) == version:
            del self._latest[key]


class _Sizes:
    """The length as JSON of the items that are held by anybody, each measured and counted once."""

    def __init__(self) -> None:
        self.total = 0
        self._held: dict[int, list[int]] = {}
        """Identity of an item → [its length, how many snapshots hold it]. Identities are good while it is held."""

    def add(self, items: Iterable[MediaItem]) -> None:
        for item in items:
            known = self._held.get(id(item))
            if known is None:
                length = len(item.model_dump_json())
                self._held[id(item)] = [length, 1]
                self.total += length
            else:
                known[1] += 1

    def remove(self, items: Iterable[MediaItem]) -> None:
        for item in items:
            known = self._held[id(item)]
            known[1] -= 1
            if not known[1]:
                del self._held[id(item)]
                self.total -= known[0]
