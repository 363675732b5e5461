"""The one door between a screen and the store."""

from __future__ import annotations

import logging
import threading
import weakref
from dataclasses import replace
from datetime import datetime
from typing import Literal

from services.clock import Clock
from services.errors import FreshetError, WatermarkTooOld
from services.freshness.merge import Held, append_page, apply_changes
from services.freshness.seen import SeenItems
from services.freshness.snapshots import Snapshot, SnapshotStore
from services.log import log_event
from services.models import MediaQuery, Principal
from services.store.protocol import PAGE_SIZE, MediaRepository

Reason = Literal["open", "manual", "filter", "page", "complete", "recover"]
"""Why a screen asks: it opened; Refresh was pressed; its filters changed; the end of the list came near; a run it shows
finished; this process does not hold the version the screen names."""


class Freshness:
    """Answers screens from the store and keeps what it learnt as snapshots.

    The first read of a query costs one page. Every later one costs a delta: the changes of the project since the
    held watermark, filtered by the view's own query in process.
    """

    def __init__(self, media: MediaRepository, clock: Clock, snapshots: SnapshotStore) -> None:
        self._media = media
        self._clock = clock
        self.snapshots = snapshots
        self.seen = SeenItems(clock)
        self._guard = threading.Lock()
        self._locks: weakref.WeakValueDictionary[tuple[str, str], threading.Lock] = weakref.WeakValueDictionary()

    def revalidate(
        self, query: MediaQuery, reason: Reason, principal: Principal, *, scope: str, loaded: int = PAGE_SIZE
    ) -> Snapshot:
        """Ask the store about `query` and return the newest snapshot.

        It holds at least `loaded` items, or all there are; fewer only where a page came back short (see
        `MediaRepository.get_media_for_page`), and then the next call reads on from there.
        Logs one line, `{scope}.refresh`. Raises StoreError, NotFound; what was held stays held.
        """
        started = self._clock.monotonic()
        documents, outcome = 0, "failed"
        snapshot: Snapshot | None = None
        why: dict[str, str] = {}
        try:
            with self._lock_for(query, principal):
                snapshot, documents, outcome = self._refresh(query, reason, principal, loaded)
            return snapshot
        except FreshetError as error:
            outcome, why = type(error).__name__, {"why": str(error.__cause__ or error)}
            raise
        finally:
            log_event(
                f"{scope}.refresh",
                logging.INFO if snapshot else logging.WARNING,
                reason=reason,
                documents=documents,
                ms=round((self._clock.monotonic() - started) * 1000, 1),
                as_of=snapshot.as_of.isoformat() if snapshot else None,
                items=len(snapshot.items) if snapshot else None,
                outcome=outcome,
                **why,
            )

    def _refresh(
        self, query: MediaQuery, reason: Reason, principal: Principal, loaded: int
    ) -> tuple[Snapshot, int, str]:
        held = self.snapshots.latest(query, principal)
        if held is None:
            snapshot, documents = self._read_in_full(query, principal, loaded)
            return snapshot, documents, "read"
        snapshot, documents = held, 0
        try:
            if reason != "page":  # the next page needs no delta: its watermark stays behind, so nothing is lost
                snapshot, documents = self._read_changes(held, principal)
        except WatermarkTooOld:
            snapshot, documents = self._read_in_full(query, principal, max(loaded, len(held.items)))
            return snapshot, documents, "read"
        if len(snapshot.items) < loaded and not snapshot.complete:
            snapshot, more = self._read_page(snapshot, principal, loaded - len(snapshot.items))
            documents += more
        self.snapshots.hold(snapshot)
        return snapshot, documents, "unchanged" if snapshot.items is held.items else "changed"

    def _read_in_full(self, query: MediaQuery, principal: Principal, loaded: int) -> tuple[Snapshot, int]:
        page = self._media.get_media_for_page(principal, query, limit=max(loaded, PAGE_SIZE))
        snapshot = Snapshot(
            version=self.snapshots.next_version(query),
            query=query,
            user_id=principal.user_id,
            held=Held(page.items, page.next_cursor),
            watermark=page.watermark,
            as_of=page.as_of,
        )
        self.snapshots.hold(snapshot)
        self.seen.note(principal.user_id, page.items)
        return snapshot, page.documents_read

    def _read_changes(self, snapshot: Snapshot, principal: Principal) -> tuple[Snapshot, int]:
        changes = self._media.changed_since(principal, snapshot.query.project_id, snapshot.watermark)
        self.seen.forget(principal.user_id, (removal.id for removal in changes.removed))
        held = apply_changes(snapshot.held, snapshot.query, changes)
        self.seen.note(principal.user_id, held.items)
        return self._successor(snapshot, held, changes.watermark, changes.as_of), changes.documents_read

    def _read_page(self, snapshot: Snapshot, principal: Principal, wanted: int) -> tuple[Snapshot, int]:
        """The next page. The older watermark stays: what changed above while it was read is still to come."""
        page = self._media.get_media_for_page(
            principal, snapshot.query, cursor=snapshot.held.cursor, limit=max(wanted, PAGE_SIZE)
        )
        self.seen.note(principal.user_id, page.items)
        held = append_page(snapshot.held, page.items, page.next_cursor)
        return self._successor(snapshot, held, snapshot.watermark, snapshot.as_of), page.documents_read

    def _successor(self, before: Snapshot, held: Held, watermark: str, as_of: datetime) -> Snapshot:
        """`before` moved on; it keeps its version where nothing that a screen shows is different."""
        same = held.items is before.items and held.cursor == before.held.cursor
        version = before.version if same else self.snapshots.next_version(before.query)
        return replace(before, version=version, held=held, watermark=watermark, as_of=as_of)

    def _lock_for(self, query: MediaQuery, principal: Principal) -> threading.Lock:
        """One reader at a time per view: a slower, older answer cannot overwrite a newer one."""
        key = (principal.user_id, query.key)
        with self._guard:
            lock = self._locks.get(key)
            if lock is None:
                lock = self._locks[key] = threading.Lock()
            return lock
