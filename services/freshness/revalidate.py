"""The one door between a screen and the store."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Literal

from services.clock import Clock
from services.errors import FreshetError, StoreError, WatermarkTooOld
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
    held watermark, filtered by the view's own query in process. Screens that ask the same at once share one read.
    """

    def __init__(self, media: MediaRepository, clock: Clock, snapshots: SnapshotStore) -> None:
        self._media = media
        self._clock = clock
        self.snapshots = snapshots
        self.seen = SeenItems(clock)
        self._guard = threading.Lock()
        self._doors: weakref.WeakValueDictionary[tuple[str, str], _Door] = weakref.WeakValueDictionary()

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
        door = self._door_of(query, principal)
        asked = door.begun
        try:
            with door.lock:
                snapshot, outcome = self._shared(door, asked, query, principal, loaded), "shared"
                if snapshot is None:
                    with door.reading():
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

    def _shared(self, door: _Door, asked: int, query: MediaQuery, principal: Principal, loaded: int) -> Snapshot | None:
        """The answer of a read that began after this question was asked, so it is as new as one of our own.

        Raises the StoreError it ended with. None where there was no such read, or it did not reach as far down.
        """
        if door.begun == asked:
            return None
        if door.error is not None:
            raise type(door.error)(str(door.error)) from door.error
        latest = self.snapshots.latest(query, principal)
        enough = latest is not None and (latest.complete or len(latest.items) >= loaded)
        return latest if enough else None

    def _door_of(self, query: MediaQuery, principal: Principal) -> _Door:
        with self._guard:
            return self._doors.setdefault((principal.user_id, query.key), _Door())


class _Door:
    """One view's reads, one at a time: a slower, older answer cannot overwrite a newer one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun = 0
        """How many reads have begun."""
        self.error: StoreError | None = None
        """What the last one ended with."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Counts one read. The caller holds the lock."""
        self.begun += 1
        self.error = None
        try:
            yield
        except StoreError as error:
            self.error = error
            raise
