"""The change feed over a SQLite file: one poller for all watches, and a thread for each, which reads its deltas.

A watch is told that there may be news, by this process's own commits at once and by the poller for all others, and
reads what was committed since its position (the sequence number of a commit). It cannot lose any, nor fall behind
with a queue: however many commits were announced meanwhile, it reads what there is now.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from services.clock import Clock
from services.errors import StoreError, StoreUnavailable
from services.log import log_failure
from services.models import Batch
from services.store.protocol import OnBatch, OnState
from services.store.sqlite.connections import Connections
from services.store.sqlite.head import Head, leads_to, read_head
from services.store.sqlite.news import News, read_news
from services.store.sqlite.poller import Poller
from services.store.telling import Consumer


@dataclass(frozen=True)
class Pace:
    """Seconds."""

    poll: float = 0.05
    """Between two looks for other connections' commits."""
    gather: float = 0.03
    """After a batch, during which further commits gather into the next."""
    fallback: float = 5.0
    """Between two reads when nothing is announced: what delivers if the poller cannot."""
    retry: float = 1.0
    """After a read that failed."""


PACE = Pace()


class Feed:
    """All watches of one store. Runs no thread while there are none."""

    def __init__(self, connections: Connections, clock: Clock, pace: Pace) -> None:
        self._connections, self._clock, self._pace = connections, clock, pace
        self._lock = threading.Lock()
        self._watches: set[SqliteWatch] = set()
        self._poller: Poller | None = None
        self._closed = False
        self.trouble: StoreError | None = None
        """Why other connections' commits are not being noticed, None while they are."""

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> SqliteWatch:
        watch = SqliteWatch(self, self._connections, self._clock, self._pace, Consumer(project_id, on_batch, on_state))
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The store has been closed")
            self._watches.add(watch)
            if self._poller is None:
                self._poller = Poller(
                    self._connections, self._on_commit, self._on_trouble, every=self._pace.poll, retry=self._pace.retry
                )
            watch.start()
        return watch

    def notice(self) -> None:
        """There may be news: whoever committed says so at once."""
        with self._lock:
            for watch in self._watches:
                watch.wake()

    def forget(self, watch: SqliteWatch) -> None:
        with self._lock:
            self._watches.discard(watch)
            poller, self._poller = (None, self._poller) if self._watches else (self._poller, None)
        if poller is not None:
            poller.stop()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            watches = tuple(self._watches)
        for watch in watches:
            watch.close()

    def _on_commit(self) -> None:
        self.trouble = None
        self.notice()

    def _on_trouble(self, error: StoreError) -> None:
        self.trouble = error
        self.notice()


class SqliteWatch:
    """Implements `services.store.protocol.Watch`."""

    def __init__(self, feed: Feed, connections: Connections, clock: Clock, pace: Pace, consumer: Consumer) -> None:
        self._feed, self._connections, self._clock, self._pace = feed, connections, clock, pace
        self._consumer = consumer
        self._position = self._start()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"freshet-feed-{consumer.project_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._news.set()

    def doubt(self) -> None:
        self.wake()

    def close(self) -> None:
        self._closing.set()
        self._news.set()
        self._feed.forget(self)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _start(self) -> Head | None:
        """Where the history ends now; None where the database does not say."""
        try:
            with self._connections.read() as connection:
                return read_head(connection)
        except StoreError:
            return None

    def _run(self) -> None:
        while not self._closing.is_set():
            self._closing.wait(self._look())
            self._news.wait(self._pace.fallback)
            self._news.clear()

    def _look(self) -> float:
        """Deliver what there is, and tell how it went. How many seconds the next look should wait at least."""
        try:
            delivered = self._catch_up()
        except StoreError as error:
            return self._fail(error)
        except Exception as error:  # noqa: BLE001 - a thread that ended unseen would leave every screen stale
            log_failure("feed.failed", error, project=self._consumer.project_id)
            return self._fail(error)
        self._consumer.become("polling" if self._feed.trouble else "live", because=self._feed.trouble)
        return self._pace.gather if delivered else 0.0

    def _fail(self, error: Exception) -> float:
        self._consumer.become("down", because=error)
        self._news.set()
        return self._pace.retry

    def _catch_up(self) -> bool:
        """Deliver everything after the position, in batches. Raises StoreError."""
        delivered = False
        while not self._closing.is_set():
            with self._connections.read() as connection:
                end = read_head(connection)
                if self._position is None or not leads_to(connection, self._position, end):
                    self._begin_anew(end)
                news = read_news(connection, self._consumer.project_id, self._position or end, end)
            if news is None:
                self._position = end
                return delivered
            self._consumer.deliver(self._batch(news))
            self._position, delivered = news.until, True
        return delivered

    def _begin_anew(self, end: Head) -> None:
        """Start from `end`: the database could not be asked before, or was put back from a copy."""
        self._consumer.become("down", because="the history that was being followed is not there")
        self._position = end

    def _batch(self, news: News) -> Batch:
        now, project_id = self._clock.now(), self._consumer.project_id
        watermark, marks = news.until.watermark(now), news.until.marks(news.places, now)
        return Batch(project_id, news.changed, news.removed, news.operation_ids, watermark, now, marks=marks)
