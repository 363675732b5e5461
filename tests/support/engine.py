"""The freshness engine on a store whose reads can be held up, counted and failed; its queue is driven by the test."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.freshness import Freshness, Reason, Snapshot, SnapshotStore, Ticket
from services.models import Batch, MediaItem, MediaQuery, Principal, Removal
from services.store.protocol import MediaRepository, Store
from tests.support.records import PROJECT, make_principal

ADA, GRACE = make_principal("ada"), make_principal("grace")
ALL = MediaQuery(project_id=PROJECT)
IMAGES = MediaQuery(project_id=PROJECT, media_type="image")
VIDEOS = MediaQuery(project_id=PROJECT, media_type="video")
PATIENCE = 30
"""Seconds after which a test that waits for a thread fails."""


class Media:
    """A media repository in front of a real one. `away` makes every read fail."""

    def __init__(self, media: MediaRepository) -> None:
        self._media = media
        self.calls: Counter[str] = Counter()
        self.away = False
        self.fault: Exception | None = None
        self.before_answer: Callable[[], object] | None = None
        self._read: threading.Event | None = None
        self._let_go = threading.Event()

    @property
    def reads(self) -> int:
        return self.calls.total()

    @contextmanager
    def slow(self) -> Iterator[threading.Event]:
        """Inside, the next answer is read at once and delivered at the end of the block; the event tells it is read."""
        self._read, self._let_go = threading.Event(), threading.Event()
        try:
            yield self._read
        finally:
            self._read = None
            self._let_go.set()

    def get_media_for_page(self, *args: Any, **options: Any) -> Any:
        return self._call("get_media_for_page", *args, **options)

    def changed_since(self, *args: Any, **options: Any) -> Any:
        return self._call("changed_since", *args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._media, name)

    def _call(self, name: str, *args: Any, **options: Any) -> Any:
        self.calls[name] += 1
        if self.away:
            raise StoreUnavailable("The database is away")
        if self.fault is not None:
            raise self.fault
        if self.before_answer is not None:
            self.before_answer()
        answer = getattr(self._media, name)(*args, **options)
        if self._read is not None and not self._read.is_set():
            self._read.set()
            assert self._let_go.wait(PATIENCE)
        return answer


class Engine:
    def __init__(self, store: Store, clock: FakeClock, mark: str = "m", **options: Any) -> None:
        self.clock = clock
        self.media = Media(store.media)
        self.freshness = Freshness(self.media, clock, SnapshotStore(mark), **({"workers": 0} | options))

    def ask(
        self, reason: Reason = "manual", query: MediaQuery = ALL, principal: Principal = ADA, **options: Any
    ) -> Snapshot:
        return self.freshness.revalidate(query, reason, principal, scope="library", **options)

    def submit(
        self, reason: Reason = "manual", query: MediaQuery = ALL, principal: Principal = ADA, **options: Any
    ) -> Ticket:
        return self.freshness.submit(query, reason, principal, scope="library", **options)

    def work(self) -> int:
        """Do all that waits in the queue; how many fetches that were."""
        done = 0
        while self.freshness.queue.step():
            done += 1
        return done

    def latest(self, query: MediaQuery = ALL, principal: Principal = ADA) -> Snapshot:
        held = self.freshness.snapshots.latest(query, principal)
        assert held is not None
        return held

    def push(self, *changed: MediaItem, removed: tuple[MediaItem, ...] = (), watermark: str = "") -> list[Any]:
        return self.freshness.apply(self.batch(*changed, removed=removed, watermark=watermark))

    def is_current(self) -> bool:
        """Whether a feed keeps the view of everything current, after asking once more."""
        self.ask("live")
        return self.freshness.entry(ALL, ADA).current

    def hear(self, batch: Batch) -> None:
        """What a `Store.watch` calls."""
        self.freshness.apply(batch)

    def batch(self, *changed: MediaItem, removed: tuple[MediaItem, ...] = (), watermark: str = "") -> Batch:
        gone = tuple(Removal("media", item.id, item.revision + 1) for item in removed)
        return Batch(PROJECT, changed, gone, frozenset(), watermark, self.clock.now())


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread is about to bring about."""
    pause = threading.Event()
    for _ in range(PATIENCE * 1000):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("It did not come about")


def ids(snapshot: Snapshot) -> list[str]:
    return [item.id for item in snapshot.items]


def newest(items: list[Any]) -> list[str]:
    return [item.id for item in reversed(items)]
