"""Making people's edits: shown at once, stored in the background, and each taken back alone where that fails.

    click → begin: the edit lies over every view of this person in this process (overlays.py)
          → a worker stores it on the newest revision (edits.replayed says how it meets what others changed)
          → stored: what was stored goes into every snapshot held here, then the edit is dropped; nothing flickers
          → failed: the edit is dropped, and whoever looks is told why

Edits of one item are stored one after the other, in the order they were made; those of different items at a time.
Several items that are changed alike are one attempt, under one operation (groups.py).
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from services.clock import Clock
from services.errors import Conflict, FreshetError, NotFound, StoreError, StoreUnavailable
from services.freshness.attempts import Attempt
from services.freshness.edits import Change, Edit, edited, gone, put_back, replayed, some_put_back
from services.freshness.groups import store_group
from services.freshness.overlays import Overlays
from services.freshness.revalidate import Freshness
from services.freshness.workers import Workers
from services.identity import require
from services.ids import Ids
from services.log import log_event, log_failure
from services.models import Batch, Commit, MediaItem, MediaQuery, Principal, Put, Removal
from services.store.protocol import Store

WORKERS = 4
WAITING = 256
"""Edits that may wait to be stored. More are refused: a store that is away must not be promised the world."""
CLASHES = 20
"""How often an edit is tried again on an item that others keep changing."""
REMEMBERED = 1_000
"""Edits whose end is remembered for the tab that made them, the latest."""


class Editor:
    """See the module. `told` hears (user id, project id) when an edit has ended and screens do not know of it yet."""

    def __init__(self, store: Store, freshness: Freshness, clock: Clock, ids: Ids, *, workers: int = WORKERS) -> None:
        self._store = store
        self._freshness = freshness
        self._clock = clock
        self._ids = ids
        self.told: Callable[[str, str], None] | None = None
        """Called from any thread; must not block."""
        self.overlays = Overlays(freshness.mark)
        self._lock = threading.Condition()
        self._waiting: list[Attempt] = []
        self._busy: set[str] = set()
        """Media ids of which an edit is being stored."""
        self._attempts: OrderedDict[str, Attempt] = OrderedDict()
        self._closed = False
        self._workers = Workers("editor", self.step, workers)

    def begin(
        self,
        principal: Principal,
        item: MediaItem,
        change: Change,
        shown: tuple[Edit, ...] = (),
        *,
        undoes: str = "",
    ) -> Attempt:
        """Show `change` of `item` from now on, and have it stored; returns at once.

        `item` is the stored item that the person was shown, and `shown` the pending edits over it.
        Raises NotFound, Forbidden; StoreUnavailable where too much is waiting.
        """
        return self.begin_all(principal, [item], change, shown, undoes=undoes)

    def begin_all(
        self,
        principal: Principal,
        items: Sequence[MediaItem],
        change: Change,
        shown: tuple[Edit, ...] = (),
        *,
        name: str = "",
        undoes: str = "",
    ) -> Attempt:
        """As `begin`, of several items (at least one) by one operation: shown together, stored and taken back together.

        Raises for the first that may not be changed; then nothing is.
        """
        operation_id = self._ids.new()
        for item in items:
            require(principal, change.action, item)
        edits = tuple(Edit(operation_id, change, item, _titles(item, shown)) for item in items)
        attempt = Attempt(principal, edits, name, undoes)
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The server is stopping")
            if len(self._waiting) >= WAITING:
                raise StoreUnavailable("Too many changes are waiting to be stored. Try again in a moment.")
            self.overlays.add(principal.user_id, *edits)
            self._waiting.append(attempt)
            self._remember(attempt)
        self._workers.wake()
        return attempt

    def find(self, operation_id: str, principal: Principal) -> Attempt | None:
        """The principal's own edit of that name, as long as it is remembered."""
        with self._lock:
            attempt = self._attempts.get(operation_id)
        return attempt if attempt is not None and attempt.principal.user_id == principal.user_id else None

    def step(self) -> bool:
        """Store the edit that waits longest in this thread; False if none may be stored now."""
        with self._lock:
            attempt = self._next()
            if attempt is None:
                return False
            self._waiting.remove(attempt)
            media_ids = attempt.media_ids
            self._busy |= media_ids
        try:
            self._make(attempt)
        finally:
            with self._lock:
                self._busy -= media_ids
                more = bool(self._waiting)
                self._lock.notify_all()
        if more:
            self._workers.wake()
        return True

    def _next(self) -> Attempt | None:
        """The one that waits longest of those that no earlier edit of the same items has to be stored before."""
        taken = set(self._busy)
        for attempt in self._waiting:
            if taken.isdisjoint(attempt.media_ids):
                return attempt
            taken |= attempt.media_ids
        return None

    def close(self, timeout: float = 5.0) -> None:
        """Take no more edits, and give those that were shown as made `timeout` seconds to be stored."""
        with self._lock:
            self._closed = True
            self._lock.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def _make(self, attempt: Attempt) -> None:
        edit, began = attempt.edit, self._clock.monotonic()
        try:
            batches = [self._stored(attempt)] if attempt.count == 1 else self._stored_all(attempt)
            for batch in batches:
                self.overlays.rebase(attempt.principal.user_id, *batch.changed)
                self._freshness.note_own(batch, attempt.principal)
                self._note_departures(attempt, batch)
        except FreshetError as error:
            attempt.error, attempt.again = put_back(edit, error, attempt.count), isinstance(error, StoreError)
            if isinstance(error, StoreUnavailable):
                self._freshness.tell_away()
        except Exception as error:  # noqa: BLE001 - whoever waits for it must hear of its end
            failure = StoreError(f"Something went wrong (error {log_failure('edit.crashed', error)}).")
            attempt.error, attempt.again = put_back(edit, failure, attempt.count), True
        # Only now: a screen takes up first what is pending, then what is held, and must find the edit in one of them.
        self.overlays.drop(attempt.principal.user_id, edit.operation_id)
        late = attempt.end()
        log_event(
            "edit.failed" if attempt.error else "edit.stored",
            logging.WARNING if attempt.error else logging.INFO,
            kind=edit.change.kind,
            media_id=edit.media_id,
            items=attempt.count,
            ms=round((self._clock.monotonic() - began) * 1000, 1),
            why=attempt.error or None,
        )
        if late or attempt.error:
            self._tell(attempt)

    def _stored(self, attempt: Attempt) -> Batch:
        """Store an edit on the newest revision; what is stored now, as a batch. Raises FreshetError."""
        edit, principal = attempt.edit, attempt.principal
        newest, certain = self._newest(attempt, edit), False
        try:
            for _ in range(CLASHES):
                wanted = replayed(edit, newest)
                if wanted is newest and certain:
                    return replace(self._batch(edit, newest), newest=self._covering(principal, newest.project_id))
                if wanted is not newest:
                    try:
                        return self._commit(attempt, Put(wanted, expect=newest.revision))
                    except Conflict:
                        pass
                newest, certain = self._store.media.get(principal, edit.media_id), True
        except NotFound as error:
            if edit.change.kind != "delete":
                raise Conflict(gone(edit)) from error
            removal = Removal("media", edit.media_id, newest.revision + 1)
            mark = self._covering(principal, newest.project_id)
            return Batch(newest.project_id, (), (removal,), frozenset(), "", self._clock.now(), mark)
        raise Conflict("others keep changing it")

    def _stored_all(self, attempt: Attempt) -> list[Batch]:
        """Store edits of several items; what is stored now, as a batch for each project.

        Those that were left out are told of in `attempt.error`. Raises FreshetError where nothing could be stored.
        """
        known = {edit.media_id: self._newest(attempt, edit) for edit in attempt.edits}
        result = store_group(self._store, attempt.principal, attempt.edits, known)
        attempt.watermark = result.watermark
        if result.failures:
            attempt.error = some_put_back(attempt.edit, list(result.failures.values()), attempt.count)
        batches = result.batches(attempt.edits, known, result.committed_at or self._clock.now())
        if result.watermark:
            return batches
        return [replace(batch, newest=self._covering(attempt.principal, batch.project_id)) for batch in batches]

    def _covering(self, principal: Principal, project_id: str) -> str:
        """A watermark of what has just been read, where there was nothing to store: screens show it, and what others
        have written in it must not be unseen by a process that has not heard of it."""
        return self._store.media.get_media_for_page(principal, MediaQuery(project_id=project_id), limit=1).watermark

    def _note_departures(self, attempt: Attempt, batch: Batch) -> None:
        """What was moved has left the lists of the project it was in."""
        before = {edit.media_id: edit.before.project_id for edit in attempt.edits}
        moved = [item for item in batch.changed if before[item.id] != item.project_id]
        for project_id in {before[item.id] for item in moved}:
            removed = (Removal("media", item.id, item.revision) for item in moved if before[item.id] == project_id)
            left = replace(batch, project_id=project_id, changed=(), removed=tuple(removed))
            self._freshness.note_own(left, attempt.principal)

    def _newest(self, attempt: Attempt, edit: Edit) -> MediaItem:
        """The item as this process knows it, so that most edits cost no read."""
        before = edit.before
        seen = self._freshness.seen.get(attempt.principal.user_id, before.id)
        return seen if seen is not None and seen.revision > before.revision else before

    def _commit(self, attempt: Attempt, write: Put) -> Batch:
        edit = attempt.edit
        commit = self._store.commit(attempt.principal, [write], operation_id=edit.operation_id)
        attempt.watermark = commit.watermark
        (stored,) = commit.records
        assert isinstance(stored, MediaItem)
        return self._batch(edit, stored, commit)

    def _batch(self, edit: Edit, stored: MediaItem, commit: Commit | None = None) -> Batch:
        """One commit among others: it tells how far nobody has heard, so its watermark is none."""
        return Batch(
            project_id=stored.project_id,
            changed=(stored,),
            removed=(),
            operation_ids=frozenset({edit.operation_id}),
            watermark="",
            at=commit.committed_at if commit else self._clock.now(),
            newest=commit.watermark if commit else "",
            marks={stored.id: commit.watermark} if commit else {},
        )

    def _tell(self, attempt: Attempt) -> None:
        try:
            if self.told is not None:
                for project_id in attempt.project_ids:
                    self.told(attempt.principal.user_id, project_id)
        except Exception as error:  # noqa: BLE001 - the edit has ended in any case
            log_failure("edit.listener", error)

    def _remember(self, attempt: Attempt) -> None:
        self._attempts[attempt.edit.operation_id] = attempt
        if len(self._attempts) > REMEMBERED:
            oldest = next((name for name, one in self._attempts.items() if one.done), None)
            if oldest is not None:
                del self._attempts[oldest]


def _titles(item: MediaItem, shown: tuple[Edit, ...]) -> frozenset[str]:
    """All the titles that `item` had on the screen, stored or pending."""
    mine = [edit for edit in shown if edit.media_id == item.id]
    return frozenset(edited(item, mine[:count]).title for count in range(len(mine) + 1))
