"""What this process holds, view by view, and how answers and pushes change it. Asks no store."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.clock import Clock
from services.errors import FreshetError, NotFound
from services.freshness import policy
from services.freshness.counted import Counted
from services.freshness.entries import Entry, Records, ViewRecord
from services.freshness.feeds import Feeds, FeedState
from services.freshness.keeper import Keeper
from services.freshness.merge import Held, apply_changes
from services.freshness.narrowing import narrowed, widest
from services.freshness.policy import ContentKind, Failure, FetchState, Reason
from services.freshness.queue import Request, View
from services.freshness.reach import Reach, is_old
from services.freshness.reading import Answer
from services.freshness.seen import SeenItems
from services.freshness.snapshots import Snapshot, SnapshotStore
from services.log import log_failure
from services.models import Batch, Changes, MediaItem, MediaQuery, Principal
from services.store.deltas import as_seen
from services.store.watermarks import is_at_least

Push = tuple[Batch, bool]
"""A batch, and whether it is of a user's own edit."""


@dataclass(frozen=True)
class Fetch:
    """A fetch that has begun: whose, from what, and in which feed epoch."""

    record: ViewRecord
    held: Snapshot | None
    epoch: int


class Views:
    """The snapshots, and for each view its state. All changes happen under one lock, which is never held for I/O."""

    def __init__(
        self,
        clock: Clock,
        snapshots: SnapshotStore,
        seen: SeenItems,
        ttls: Mapping[ContentKind, timedelta],
        keeper: Keeper | None,
    ) -> None:
        self._clock = clock
        self._snapshots = snapshots
        self._seen = seen
        self._ttls = ttls
        self._keeper = keeper
        self._lock = threading.RLock()
        self._records = Records(snapshots.forget)
        self._feeds = Feeds()
        self._chance = random.Random(snapshots.mark)
        self._pushes: list[Push] = []
        """Those that have begun and have not reached every view."""
        snapshots.beneath = self._beneath

    def question(self, request: Request) -> tuple[bool, bool, Failure | None]:
        """What `request` asks of the store: whether anything, whether the changes above, and else the last failure."""
        with self._lock:
            record = self._records.of(request.query, request.principal)
            held = self._snapshots.peek(record.key)
            record.kinds.add(request.kind)
            state, current = record.state, self._is_current(record)
            now = self._clock.now()
            if held is None or policy.is_due(
                request.kind, state, request.reason, now, current=current, ttls=self._ttls
            ):
                return True, held is None or request.reason != "page", None
            short = len(held.items) < request.loaded and not held.complete and held.held.searched_to is None
            if current and state.failure is None:
                self._seen.note(request.principal.user_id, held.items)
            return short and state.failure is None, False, state.failure

    def begin(self, request: Request) -> Fetch:
        with self._lock:
            record = self._records.of(request.query, request.principal)
            record.state = policy.started(record.state, request.reason, self._clock.now())
            record.missed = []
            return Fetch(record, self._snapshots.peek(record.key), self._feeds.epoch(request.query.project_id))

    def succeed(self, fetch: Fetch, answer: Answer) -> Snapshot:
        """Take an answer in. What was pushed while it was on its way may be newer, and is applied on top."""
        record = fetch.record
        with self._lock:
            latest, held = self._snapshots.peek(record.key), answer.held
            own = fetch.held.own if fetch.held else ()  # of what the answer was made from
            reach = Reach(answer.watermark, answer.as_of, answer.newest or answer.watermark, own)
            if answer.whole:
                record.state = policy.succeeded(record.state, self._clock.now())
                same = fetch.epoch == self._feeds.epoch(record.query.project_id)
                record.epoch = fetch.epoch if same else 0
            else:
                record.state = policy.extended(record.state)
            held, reach = self._on_top(record, record.missed or (), held, reach)
            record.missed = None
            snapshot = self._hold(record, latest, held, reach)
            if latest is None or answer.how == "read":
                record.lose_count()
            else:
                if told := answer.told:
                    record.take(told, told.marks, latest.held, snapshot.held)
                if answer.paged is not None and record.counted is not None:
                    record.counted.paged(answer.paged)
            if self._keeper is not None:
                self._keeper.fetched(record, snapshot)
            return snapshot

    def fail(self, fetch: Fetch, error: FreshetError) -> None:
        """The fetch failed. What is held stays, unless it is not the principal's to see any more."""
        record = fetch.record
        with self._lock:
            record.missed = None
            pause = policy.retry_pause(record.state.failures + 1, self._chance.random())
            record.state = policy.failed(record.state, error, self._clock.now(), pause)
            if isinstance(error, NotFound):
                record.lose_count()
                self._snapshots.forget(record.key)
                if self._keeper is not None:
                    self._keeper.forget(record)

    def refuse(self, request: Request, error: FreshetError) -> None:
        """A fetch was not even begun, for want of room. What is held is as old as it was, and the screen says so."""
        with self._lock:
            record = self._records.of(request.query, request.principal)
            record.state = policy.refused(record.state, error)

    def push(self, batch: Batch, *, silently: bool = False) -> list[View]:
        """Apply a batch to every view held of its project. Returns those that show something else now.

        What was applied `silently` counts as news of the batch that comes next.
        """
        changed: list[View] = []
        seen_by: dict[Principal, Changes[MediaItem]] = {}
        with self._pushing(batch, silently) as records:
            for record in records:
                with self._lock:  # let go between two views: a reader waits for one at most
                    try:
                        if record.principal not in seen_by:
                            seen_by[record.principal] = _as_seen(batch, record.principal)
                        record.untold |= self._push(record, batch, seen_by[record.principal], is_own=silently)
                        if record.untold and not silently:
                            record.untold = False
                            changed.append(View(record.principal.user_id, record.query))
                    except Exception as error:  # noqa: BLE001 - the other views must hear of it in any case
                        record.epoch = 0  # this one has missed something and asks the store
                        record.lose_count()
                        log_failure("push.failed", error)
        return changed

    @contextmanager
    def _pushing(self, batch: Batch, is_own: bool) -> Iterator[list[ViewRecord]]:
        """Inside, `batch` is on its way through the views that are known of its project."""
        push = batch, is_own
        with self._lock:
            records = self._records.of_project(batch.project_id)
            self._pushes.append(push)
        try:
            yield records
        finally:
            with self._lock:
                self._pushes.remove(push)

    def feed(self, project_id: str, state: FeedState) -> None:
        with self._lock:
            if self._feeds.note(project_id, state):
                # The store answers again: nobody needs to wait any longer, and it may be a copy of an earlier one.
                for record in self._records.of_project(project_id):
                    record.state = replace(policy.invalidated(record.state), retry_at=None)

    def entry(self, query: MediaQuery, principal: Principal, running: Reason | None) -> Entry:
        snapshot = self._snapshots.find(query, principal)
        with self._lock:
            record = self._records.find(query, principal) or ViewRecord(principal, query)
            state, failure = record.state, record.state.failure
            return Entry(
                version=snapshot.version if snapshot else "",
                as_of=snapshot.as_of if snapshot else None,
                fetched_at=state.fetched_at,
                updated_at=record.updated_at,
                running=running,
                error=failure.message if failure else None,
                offline=failure.offline if failure else False,
                failures=state.failures,
                retry_at=state.retry_at,
                current=snapshot is not None and self._is_current(record),
            )

    def count(self, query: MediaQuery, principal: Principal) -> Counted:
        """A count of what is held of a list begins."""
        self._snapshots.find(query, principal)  # the disk may have to be asked
        with self._lock:
            record = self._records.of(query, principal)
            held = self._snapshots.peek(record.key)
            if held is not None:
                self._snapshots.get(held.version, principal)  # it may be named from now on
            if record.counted is not None:
                record.counted.lose()  # it hears of nothing any more
            record.counted = Counted(held.version, held.held) if held is not None else Counted()
            return record.counted

    def stale(self, kind: ContentKind, now: datetime) -> list[View]:
        with self._lock:
            states = {
                record.key: (record.query, record.state) for record in self._records.all() if kind in record.kinds
            }
        for user_id, query, fetched_at in self._keeper.fetched_views(kind) if self._keeper else ():
            states.setdefault((user_id, query.key), (query, FetchState(fetched_at=fetched_at)))
        return [
            View(user_id, query)
            for (user_id, _), (query, state) in states.items()
            if policy.is_stale(kind, state, now, self._ttls)
        ]

    def _beneath(self, query: MediaQuery, principal: Principal) -> Snapshot | None:
        """What can be said of a view that memory does not hold: by other views, or by the disk."""
        return self._by_another(query, principal) or self._restore(query, principal)

    def _by_another(self, query: MediaQuery, principal: Principal) -> Snapshot | None:
        """Named items as another view holds all of them: what is known of that view is true of these, too."""
        wanted = set(query.ids or ())
        if not wanted:
            return None
        held = self._snapshots.of_user(principal.user_id, query.project_id)
        whole = (one for one in held if wanted <= {item.id for item in one.items})
        source = max(whole, key=lambda one: one.as_of, default=None)
        if source is None:
            return None
        with self._lock:
            record = self._records.of(query, principal)
            source = self._snapshots.peek(source.key) or source  # what was pushed meanwhile
            items = query.in_order(item for item in source.items if item.id in wanted)
            if self._snapshots.peek(record.key) is not None or len(items) < len(wanted):
                return None
            return self._hold_part(record, source, Held(items))

    def derive(self, query: MediaQuery, principal: Principal) -> bool:
        """Whether a feed keeps what is held of `query` current; if not, it is taken from a wider view of which that is
        true, where there is one.
        """
        with self._lock:
            record = self._records.of(query, principal)
            before = self._snapshots.peek(record.key)
            if before is not None and self._is_current(record):
                return True
            held = self._snapshots.of_user(principal.user_id, query.project_id)
            followed = (one for one in held if (other := self._records.known(one.key)) and self._is_current(other))
            source = widest(query, followed)
            if source is None or record.missed is not None:
                return False
            if before is not None and not is_at_least(source.furthest, before.furthest):
                return False
            self._hold_part(record, source, narrowed(source.held, query))
            return True

    def _hold_part(self, record: ViewRecord, source: Snapshot, held: Held) -> Snapshot:
        """Hold what another view's snapshot tells of this one. Under the lock, so that no push comes between."""
        record.lose_count()
        if (other := self._records.known(source.key)) is not None:
            record.state = replace(record.state, fetched_at=other.state.fetched_at)
            record.updated_at, record.epoch = other.updated_at, other.epoch
        # What has reached this view, where nothing was held, may not have reached the other one yet.
        pushes = [push for push in self._pushes if push[0].project_id == record.query.project_id]
        record.untold |= any(is_own for _, is_own in pushes)
        held, reach = self._on_top(record, pushes, held, Reach.of(source))
        version = self._snapshots.next_version(record.query)
        snapshot = replace(source, version=version, query=record.query, held=held, first=None, **vars(reach))
        self._snapshots.hold(snapshot)
        return snapshot

    def _on_top(self, record: ViewRecord, pushes: Iterable[Push], held: Held, reach: Reach) -> tuple[Held, Reach]:
        """What is held, and how far it reaches, once it has taken in what was pushed."""
        for batch, is_own in pushes:
            if is_old(batch, reach.watermark):
                continue
            changes = _as_seen(batch, record.principal)
            held = apply_changes(held, record.query, changes)
            self._note(record, changes)
            reach = reach.after(batch, follows=self._follows(record), is_own=is_own)
        return held, reach

    def _restore(self, query: MediaQuery, principal: Principal) -> Snapshot | None:
        """What the disk keeps of a view that memory does not hold. No feed has followed it."""
        kept = self._keeper.load(query, principal) if self._keeper else None
        if kept is None:
            return None
        with self._lock:
            record = self._records.of(query, principal)
            if self._snapshots.peek(record.key) is not None:
                return None  # it has been read meanwhile
            record.lose_count()
            record.kinds |= kept.kinds
            record.state = replace(record.state, fetched_at=kept.fetched_at)
            record.updated_at, record.epoch = kept.updated_at, 0
        version = self._snapshots.next_version(query)
        return Snapshot(version, query, principal.user_id, kept.held, kept.watermark, kept.as_of, kept.newest)

    def _is_current(self, record: ViewRecord) -> bool:
        return self._follows(record) and self._feeds.delivers(record.query.project_id)

    def _follows(self, record: ViewRecord) -> bool:
        """Whether what is held plus what the feed has yet to deliver is everything."""
        return 0 < record.epoch == self._feeds.epoch(record.query.project_id)

    def _push(self, record: ViewRecord, batch: Batch, changes: Changes[MediaItem], *, is_own: bool) -> bool:
        if record.missed is not None:
            record.missed.append((batch, is_own))
        snapshot = self._snapshots.peek(record.key)
        if snapshot is None:
            record.lose_count()
        if snapshot is None or is_old(batch, snapshot.watermark):
            return False
        held = apply_changes(snapshot.held, snapshot.query, changes)
        self._note(record, changes)
        reach = Reach.of(snapshot).after(batch, follows=self._follows(record), is_own=is_own)
        successor = self._hold(record, snapshot, held, reach, pushed=True)
        record.take(changes, batch.marks, snapshot.held, successor.held)
        if successor.version == snapshot.version:
            return False
        if self._keeper is not None:
            self._keeper.pushed(record, successor)
        return True

    def _note(self, record: ViewRecord, changes: Changes[MediaItem]) -> None:
        user_id = record.principal.user_id
        shown = (item for item in changes.changed if record.query.matches(item) or item.deleted_at)
        self._seen.note(user_id, shown)
        self._seen.forget(user_id, (removal.id for removal in changes.removed))

    def _hold(
        self, record: ViewRecord, before: Snapshot | None, held: Held, reach: Reach, *, pushed: bool = False
    ) -> Snapshot:
        """What is held from now on; it keeps its version where nothing that a screen shows is different."""
        query, user_id = record.query, record.principal.user_id
        if before is not None and held.items == before.items and held.cursor == before.held.cursor:
            held = replace(held, items=before.items)
            snapshot = replace(before, held=held, first=before.drawn, **vars(reach))
            self._snapshots.touch(snapshot, used=not pushed)
            return snapshot
        snapshot = Snapshot(self._snapshots.next_version(query), query, user_id, held, **vars(reach))
        self._snapshots.hold(snapshot, pushed=pushed)
        record.updated_at = self._clock.now()
        return snapshot


def _as_seen(batch: Batch, principal: Principal) -> Changes[MediaItem]:
    """The batch as `principal` may see it: the rest are removals to them."""
    changed, removed = as_seen(principal, batch.changed, batch.removed)
    return Changes(changed, removed, batch.at, batch.watermark, 0)
