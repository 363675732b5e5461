"""Writing snapshots to the disk cache in the background, each view's newest only."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from services.clock import Clock
from services.freshness.disk import DiskCache, Kept
from services.freshness.entries import ViewRecord
from services.freshness.policy import ContentKind
from services.freshness.snapshots import Key, Snapshot
from services.freshness.workers import Workers
from services.identity import can
from services.log import log_failure
from services.models import MediaQuery, Principal

PUSH_PAUSE = 30.0
"""Seconds between two writes of one view for pushes alone: compressing a long list takes milliseconds."""
MOST_NOTED = 1_000
"""Views whose last write is remembered while it is younger than that. As many wait for their pause: with one more, the
one that has waited longest is written at once."""


class Keeper:
    """Has what a view holds written soon after each fetch, and after pushes now and then."""

    def __init__(self, disk: DiskCache, clock: Clock, *, workers: int = 1) -> None:
        self._disk = disk
        self._clock = clock
        self._lock = threading.Lock()
        self._due: dict[Key, Kept] = {}
        self._pushed: dict[Key, Kept] = {}
        """To be written once the view's pause is over."""
        self._written: dict[Key, float] = {}
        self._forgotten: dict[Key, MediaQuery] = {}
        self._workers = Workers("freshness-disk", self.step, workers)

    def fetched(self, record: ViewRecord, snapshot: Snapshot) -> None:
        """The store answered: `record.state` says when."""
        with self._lock:
            self._pushed.pop(record.key, None)
            self._due[record.key] = _kept(record, snapshot)
        self._workers.wake()

    def pushed(self, record: ViewRecord, snapshot: Snapshot) -> None:
        """A push changed what is held. When it was fetched stays as it was."""
        with self._lock:
            key = record.key
            self._pushed[key] = _kept(record, snapshot)
            if self._clock.monotonic() - self._written.get(key, -PUSH_PAUSE) < PUSH_PAUSE:
                if len(self._pushed) <= MOST_NOTED:
                    return
                key = next(iter(self._pushed))
            self._due[key] = self._pushed.pop(key)
        self._workers.wake()

    def forget(self, record: ViewRecord) -> None:
        """What was held is not the user's to see any more."""
        with self._lock:
            self._pushed.pop(record.key, None)
            self._due.pop(record.key, None)
            self._forgotten[record.key] = record.query
        self._workers.wake()

    def load(self, query: MediaQuery, principal: Principal) -> Kept | None:
        """What is kept of a view, as far as the principal may see it today."""
        if not principal.is_system and query.project_id not in principal.project_ids:
            return None
        kept = self._disk.load(principal.user_id, query, self._clock.now())
        if kept is None:
            return None
        items = tuple(item for item in kept.held.items if can(principal, "read", item))
        return replace(kept, held=replace(kept.held, items=items))

    def fetched_views(self, kind: ContentKind) -> list[tuple[str, MediaQuery, datetime | None]]:
        """The kept views of `kind`, and when each was fetched."""
        return self._disk.fetched(kind)

    def step(self) -> bool:
        """Write one view; False if none is due."""
        with self._lock:
            if self._forgotten:
                key, query = self._forgotten.popitem()
                kept = None
            elif self._due:
                key, kept = self._due.popitem()
                self._note_written(key)
            else:
                return False
        try:
            if kept is None:
                self._disk.forget(key[0], query)
            elif not self._disk.confirm(kept, self._clock.now()):
                self._disk.save(kept, self._clock.now())
        except Exception as error:  # noqa: BLE001 - a view that cannot be written must not end the writing of others
            log_failure("cache.write_failed", error)
        return True

    def close(self, timeout: float = 5.0) -> None:
        """Write what is due or waits for its pause, and close the file."""
        with self._lock:
            self._due = self._pushed | self._due
            self._pushed = {}
        self._workers.join(timeout)
        while self.step():
            pass
        self._disk.close()

    def _note_written(self, key: Key) -> None:
        now = self._clock.monotonic()
        if len(self._written) >= MOST_NOTED:
            self._written = {key: at for key, at in self._written.items() if now - at < PUSH_PAUSE}
        self._written[key] = now


def _kept(record: ViewRecord, snapshot: Snapshot) -> Kept:
    return Kept(
        user_id=snapshot.user_id,
        query=snapshot.query,
        kinds=frozenset(record.kinds),
        version=snapshot.version,
        fetched_at=record.state.fetched_at,
        updated_at=record.updated_at or snapshot.as_of,
        as_of=snapshot.as_of,
        watermark=snapshot.watermark,
        held=snapshot.held,
        newest=snapshot.furthest,
    )
