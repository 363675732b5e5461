"""The refresh queue: which fetch runs next, and who shares it."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.errors import FreshetError, StoreError, StoreUnavailable
from services.freshness.policy import ContentKind, Priority, Reason
from services.freshness.snapshots import Snapshot
from services.freshness.workers import Workers
from services.log import log_event, log_failure
from services.models import MediaQuery, Principal

WORKERS = 4
WAITING = 256
"""Fetches that may wait. A queue that grows without bound answers questions that nobody asks any more."""

_RANK: dict[Priority, int] = {"high": 0, "normal": 1, "low": 2}


class View(NamedTuple):
    """One user's query."""

    user_id: str
    query: MediaQuery


@dataclass(frozen=True)
class Request:
    """One question of a screen."""

    query: MediaQuery
    reason: Reason
    principal: Principal
    scope: str
    loaded: int
    kind: ContentKind = "library"
    priority: Priority = "high"
    changes_too: bool = True
    """Whether the changes above are to be read, or only what is missing below."""
    down_to: str = ""
    """How far the list had been searched, should it have to be read anew (reading.searched_down_to)."""

    @property
    def view(self) -> View:
        return View(self.principal.user_id, self.query)


@dataclass(eq=False)
class Job:
    """One fetch, and all who asked for it before it began."""

    request: Request
    """What it is to do: the first request, widened by those that joined."""
    number: int
    asked: dict[tuple[str, Reason], int]
    """How often, by scope and reason, in the order of asking."""
    done: threading.Event = field(default_factory=threading.Event)
    snapshot: Snapshot | None = None
    error: FreshetError | None = None
    crash: BaseException | None = None
    """An error nobody foresaw, for the thread it happened in."""
    callbacks: list[Callable[[], None]] = field(default_factory=list)

    @property
    def reason(self) -> Reason:
        return self.request.reason

    def widen(self, request: Request) -> None:
        """Let `request` be answered by this fetch as well."""
        mine, key = self.request, (request.scope, request.reason)
        self.asked[key] = self.asked.get(key, 0) + 1
        self.request = Request(
            query=mine.query,
            reason=mine.reason if mine.changes_too else request.reason,
            principal=request.principal,  # the later one knows the user's projects better
            scope=mine.scope,
            loaded=max(mine.loaded, request.loaded),
            kind=request.kind,
            priority=min(mine.priority, request.priority, key=_RANK.__getitem__),
            changes_too=mine.changes_too or request.changes_too,
            down_to=mine.down_to or request.down_to,
        )


class Ticket:
    """What `Freshness.submit` returns: a claim to an answer that may still be under way."""

    def __init__(self, queue: RefreshQueue, job: Job) -> None:
        self._queue = queue
        self._job = job

    @property
    def done(self) -> bool:
        return self._job.done.is_set()

    @property
    def snapshot(self) -> Snapshot | None:
        """The answer; None while there is none, and where it failed."""
        return self._job.snapshot if self.done else None

    @property
    def error(self) -> FreshetError | None:
        """Why it failed."""
        return self._job.error if self.done else None

    def wait(self, timeout: float) -> bool:
        """Wait for `timeout` seconds at most; whether it is done. See `snapshot` and `error` then."""
        return self._job.done.wait(timeout)

    def on_done(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, from any thread: when it is done, or now if it is."""
        self._queue.on_done(self._job, callback)


class RefreshQueue:
    """At most WORKERS fetches at a time, one per view, those that somebody looks at first.

    A request shares the fetch of its view that waits to begin, and raises its priority to its own. It never shares
    one that runs already, which may have read before the click: the next fetch is for all who ask meanwhile.

    `fetch` does the work of a job and sets its `snapshot` or `error`; `refused` hears of those that are not done.
    """

    def __init__(
        self,
        fetch: Callable[[Job], None],
        *,
        workers: int = WORKERS,
        waiting: int = WAITING,
        refused: Callable[[Job], None] | None = None,
    ) -> None:
        self._fetch = fetch
        self._refused = refused
        self._most = waiting
        self._changed = threading.Condition()
        self._waiting: dict[View, Job] = {}
        self._running: dict[View, Job] = {}
        self._numbers = itertools.count()
        self._closed = False
        self._workers = Workers("freshness", self.step, workers)

    def submit(self, request: Request) -> Job:
        """Have `request` answered by a worker. Refused, its job is done and has an error."""
        with self._changed:
            job, refused = self._join(request)
        for one in refused:
            self._refuse(one)
        if not job.done.is_set():
            self._workers.wake()
        return job

    def perform(self, request: Request) -> Job:
        """Have `request` answered now: in this thread, or by whoever begins the fetch it shares. Never refused."""
        with self._changed:
            job, refused = self._join(request, must=True)
            while not (mine := self._begin(job)) and not job.done.is_set():
                self._changed.wait()
        for one in refused:
            self._refuse(one)
        if mine:
            self._run(job)
            if job.crash is not None:
                raise job.crash
        return job

    def answered(self, request: Request, snapshot: Snapshot | None, error: FreshetError | None) -> Job:
        """A job for a request that asks nothing of the store."""
        job = self._new(request)
        job.snapshot, job.error = snapshot, error
        job.done.set()
        return job

    def step(self) -> bool:
        """Do the most urgent fetch in this thread; False if none may begin."""
        with self._changed:
            ready = [job for view, job in self._waiting.items() if view not in self._running]
            if not ready:
                return False
            job = min(ready, key=_urgency)
            self._begin(job)
        self._run(job)
        return True

    def waiting(self) -> list[Job]:
        """What waits to begin, the most urgent first."""
        with self._changed:
            return sorted(self._waiting.values(), key=_urgency)

    def reason(self, view: View) -> Reason | None:
        """Why `view` is being fetched or waits to be."""
        with self._changed:
            job = self._running.get(view) or self._waiting.get(view)
            return job.reason if job else None

    def on_done(self, job: Job, callback: Callable[[], None]) -> None:
        with self._changed:
            if not job.done.is_set():
                job.callbacks.append(callback)
                return
        callback()

    def close(self, timeout: float = 5.0) -> None:
        """Refuse what waits and wait for what runs."""
        with self._changed:
            self._closed = True
            waiting = list(self._waiting.values())
            self._waiting.clear()
            for job in waiting:
                job.error = StoreUnavailable("The server is stopping")
        for job in waiting:
            self._refuse(job)
        self._workers.join(timeout)

    def _join(self, request: Request, *, must: bool = False) -> tuple[Job, list[Job]]:
        """The waiting job of this request's view, made if there is none, and the jobs refused for its sake."""
        job = self._waiting.get(request.view)
        if job is not None:
            job.widen(request)
            return job, []
        job, refused = self._new(request), []
        if self._closed and not must:
            job.error = StoreUnavailable("The server is stopping")
            return job, [job]
        if len(self._waiting) >= self._most and not must:
            last = max(self._waiting.values(), key=_urgency)
            last = last if _RANK[last.request.priority] > _RANK[request.priority] else job
            last.error = StoreUnavailable("Too many refreshes are waiting. Try again in a moment.")
            self._waiting.pop(last.request.view, None)
            refused.append(last)
        if job not in refused:
            self._waiting[request.view] = job
        return job, refused

    def _new(self, request: Request) -> Job:
        return Job(request, next(self._numbers), {(request.scope, request.reason): 1})

    def _begin(self, job: Job) -> bool:
        view = job.request.view
        if self._waiting.get(view) is not job or view in self._running:
            return False
        del self._waiting[view]
        self._running[view] = job
        return True

    def _run(self, job: Job) -> None:
        try:
            self._fetch(job)
        except BaseException as error:  # noqa: BLE001 - whoever waits for this job must hear of its end
            job.crash = error
            job.error = StoreError(f"Something went wrong (error {log_failure('refresh.crashed', error)}).")
        self._end(job)

    def _refuse(self, job: Job) -> None:
        log_event(
            f"{job.request.scope}.refresh",
            logging.WARNING,
            reason=job.reason,
            priority=job.request.priority,
            outcome="refused",
        )
        if self._refused is not None:
            self._refused(job)
        self._end(job)

    def _end(self, job: Job) -> None:
        with self._changed:
            if self._running.get(job.request.view) is job:
                del self._running[job.request.view]
            job.done.set()
            callbacks, job.callbacks = job.callbacks, []
            more = bool(self._waiting)
            self._changed.notify_all()
        if more:
            self._workers.wake()
        for callback in callbacks:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - one listener's fault is not the next one's
                log_failure("refresh.listener", error)


def _urgency(job: Job) -> tuple[int, int]:
    return _RANK[job.request.priority], job.number
