"""The one door between a screen and the store."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ParamSpec

from services.clock import Clock
from services.errors import FreshetError, StoreUnavailable, twin
from services.freshness.counted import Counted
from services.freshness.disk import DiskCache
from services.freshness.entries import Entry
from services.freshness.feeds import FeedState
from services.freshness.keeper import Keeper
from services.freshness.policy import TTLS, ContentKind, Failure, Priority, Reason
from services.freshness.queue import WAITING, WORKERS, Job, RefreshQueue, Request, Ticket, View
from services.freshness.reading import Reader
from services.freshness.seen import SeenItems
from services.freshness.session import Token
from services.freshness.snapshots import Snapshot, SnapshotStore
from services.freshness.views import Views
from services.identity import can
from services.log import log_event, log_failure
from services.models import Batch, MediaItem, MediaQuery, Principal
from services.store.protocol import PAGE_SIZE, MediaRepository

P = ParamSpec("P")


class Freshness:
    """Answers screens from the store and keeps what it learnt as snapshots.

    The first read of a query costs one page. Every later one costs a delta: the changes of the project since the
    held watermark, filtered by the view's own query in process. What a change feed pushes costs nothing.
    """

    def __init__(
        self,
        media: MediaRepository,
        clock: Clock,
        snapshots: SnapshotStore,
        *,
        ttls: Mapping[ContentKind, timedelta] = TTLS,
        disk: DiskCache | None = None,
        workers: int = WORKERS,
        waiting: int = WAITING,
    ) -> None:
        self._clock = clock
        self.on_change: Callable[[View], None] | None = None
        """Hears of each view that an answer of the store has changed. From any thread; must not block."""
        self.on_away: Callable[[], None] | None = None
        """Hears of each question that found the store away. As above."""
        self.away = False
        """Whether the last fetch to end did not reach the store."""
        self.snapshots = snapshots
        self.seen = SeenItems(clock)
        self.queue = RefreshQueue(self._fetch, workers=workers, waiting=waiting, refused=self._refuse)
        self._reader = Reader(media, self.seen)
        self._keeper = Keeper(disk, clock, workers=min(workers, 1)) if disk else None
        self._views = Views(clock, snapshots, self.seen, ttls, self._keeper)

    @property
    def mark(self) -> str:
        """Tells this process from any other."""
        return self.snapshots.mark

    def revalidate(
        self,
        query: MediaQuery,
        reason: Reason,
        principal: Principal,
        *,
        scope: str,
        loaded: int = PAGE_SIZE,
        kind: ContentKind = "library",
        down_to: str = "",
    ) -> Snapshot:
        """Ask the store about `query`, unless `reason` can be answered without, and return the newest snapshot.

        It holds at least `loaded` items, or all there are; fewer only where a page came back short (`searched_to`, see
        `MediaRepository.get_media_for_page`), and then the next call with the reason `page` reads on from there. Where
        nothing is held any more of a list that had been searched `down_to` a place, it is searched so far again.
        Whatever was committed before the call is in it; identical calls share a read that begins after each of them.
        Logs one line, `{scope}.refresh`. Raises StoreError; what was held stays held. Raises NotFound; what was held
        is not the principal's to see any more, and is dropped. Raises FreshetError with an id for what nobody foresaw.
        """
        request = Request(query, reason, principal, scope, loaded, kind, down_to=down_to)
        request, job = self._prepare(request)
        if job is None:
            job = self.queue.perform(request)
        if job.error is not None:
            raise twin(job.error)
        assert job.snapshot is not None, "a job ends with a snapshot or an error"
        return job.snapshot

    def submit(
        self,
        query: MediaQuery,
        reason: Reason,
        principal: Principal,
        *,
        scope: str,
        loaded: int = PAGE_SIZE,
        priority: Priority = "high",
        kind: ContentKind = "library",
        down_to: str = "",
    ) -> Ticket:
        """As `revalidate`, in the background: returns at once and raises nothing.

        Where `reason` need not ask the store (policy.is_due), the ticket is done and has what is held.
        """
        request = Request(query, reason, principal, scope, loaded, kind, priority, down_to=down_to)
        request, job = self._prepare(request)
        return Ticket(self.queue, job or self.queue.submit(request))

    def entry(self, query: MediaQuery, principal: Principal) -> Entry:
        """What is held of `query` and since when, and whether a fetch runs or failed. Asks no store."""
        return self._views.entry(query, principal, self.queue.reason(View(principal.user_id, query)))

    def count(self, query: MediaQuery, principal: Principal) -> Counted:
        """A count of `query` begins, to be told beside what is held of it. Asks no store."""
        return self._views.count(query, principal)

    def held_item(self, media_id: str, principal: Principal) -> MediaItem | None:
        """An item that the principal's screens hold and they may see, for when the store cannot be asked about it."""
        item = self.snapshots.item(media_id, principal)
        return item if item is not None and can(principal, "read", item) else None

    def known_of(self, query: MediaQuery, user_id: str) -> Token:
        """How far what is held of `query` reaches; nothing where nothing is held."""
        held = self.snapshots.peek((user_id, query.key))
        return {query.project_id: held.furthest} if held else {}

    def apply(self, batch: Batch) -> list[View]:
        """Push: bring every view held of the project up to date. Returns those that show something else now.

        Each user hears only of what they may see; the rest are removals to them. Costs no documents, and time in
        proportion to the views held of this project. Repeated, or in any order, batches do no harm.
        """
        return self._views.push(batch)

    def note_own(self, batch: Batch, principal: Principal) -> None:
        """A commit that `principal` made through this process: the views it concerns hold it from now on.

        It tells nothing of what others committed, so no view gets any further by it, and nobody is woken: the feed
        will deliver it to whoever looks, too.
        """
        self.seen.note(principal.user_id, batch.changed)
        self._views.push(batch, silently=True)

    def feed(self, project_id: str, state: FeedState) -> None:
        """Hear how a project's change feed does: "starting" once `Store.watch` has returned, each state that it tells,
        "ended" before it is closed. While it lasts, views that were read since its beginning are kept current by
        `apply`, which has to be told of every batch.
        """
        self._views.feed(project_id, state)

    def derive(self, query: MediaQuery, principal: Principal) -> bool:
        """Whether what is held of `query` needs no question, since a feed keeps it current: it, or a wider list, from
        which it is taken then. Asks no store.
        """
        return self._views.derive(query, principal)

    def find_stale_items(self, kind: ContentKind, now: datetime) -> list[View]:
        """The views of `kind` that were never fetched, or longer ago than its TTL."""
        return self._views.stale(kind, now)

    def close(self, timeout: float = 5.0) -> None:
        """Refuse what waits in the queue, wait `timeout` seconds for what runs, and write what is to be kept."""
        self.queue.close(timeout)
        if self._keeper is not None:
            self._keeper.close(timeout)

    def _prepare(self, request: Request) -> tuple[Request, Job | None]:
        """What is to be asked of the store for `request`, or the answer where nothing is."""
        self.snapshots.find(request.query, request.principal)  # it may be on disk
        ask, changes_too, failure = self._views.question(request)
        if ask:
            return replace(request, changes_too=changes_too), None
        held = self.snapshots.latest(request.query, request.principal)
        job = self.queue.answered(request, None if failure else held, _error(failure) if failure else None)
        self._log(job, 0, "held", held)
        return request, job

    def _fetch(self, job: Job) -> None:
        """Do a job of the queue: the one place where the store is asked."""
        request, began = job.request, self._clock.monotonic()
        documents, outcome, why = 0, "failed", dict[str, str]()
        fetch = self._views.begin(request)
        try:
            answer = self._reader.read(
                request.query, request.principal, fetch.held,
                loaded=request.loaded, changes_too=request.changes_too, down_to=request.down_to,
            )  # fmt: skip
            job.snapshot = self._views.succeed(fetch, answer)
            self.away = False
            documents, outcome = answer.documents, answer.how
            if outcome == "changes":
                same = fetch.held is not None and job.snapshot.items is fetch.held.items
                outcome = "unchanged" if same else "changed"
        except FreshetError as error:
            job.error, outcome, why = error, type(error).__name__, {"why": str(error.__cause__ or error)}
            self._views.fail(fetch, error)
            self.away = isinstance(error, StoreUnavailable)
            if self.away:
                self.tell_away()
        except Exception as error:  # noqa: BLE001 - whoever waits for it must hear of its end
            job.error = FreshetError(f"Something went wrong (error {log_failure('refresh.crashed', error)}).")
            self._views.fail(fetch, job.error)
        finally:
            self._log(job, documents, outcome, job.snapshot, self._clock.monotonic() - began, why)
        if job.snapshot is not None and (fetch.held is None or fetch.held.version != job.snapshot.version):
            self._tell(self.on_change, request.view)

    def tell_away(self) -> None:
        """A question, of whatever kind, found the store away."""
        self._tell(self.on_away)

    def _tell(self, listener: Callable[P, None] | None, *told: P.args, **options: P.kwargs) -> None:
        try:
            if listener is not None:
                listener(*told, **options)
        except Exception as error:  # noqa: BLE001 - whoever asked has their answer in any case
            log_failure("refresh.listener", error)

    def _refuse(self, job: Job) -> None:
        assert job.error is not None
        self._views.refuse(job.request, job.error)

    def _log(
        self,
        job: Job,
        documents: int,
        outcome: str,
        snapshot: Snapshot | None,
        seconds: float = 0.0,
        why: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """A line for each scope and reason that asked; the documents are on the first."""
        for place, ((scope, reason), times) in enumerate(list(job.asked.items())):
            shared = {"shared": times} if place or times > 1 else {}
            log_event(
                f"{scope}.refresh",
                logging.INFO if snapshot else logging.WARNING,
                reason=reason,
                documents=0 if place else documents,
                ms=round(seconds * 1000, 1),
                as_of=snapshot.as_of.isoformat() if snapshot else None,
                items=len(snapshot.items) if snapshot else None,
                outcome=outcome,
                **shared,
                **why,
            )


def _error(failure: Failure) -> FreshetError:
    return StoreUnavailable(failure.message) if failure.offline else FreshetError(failure.message)
