"""What may go wrong between a web process and its database: slow, late and missing answers, a feed that misbehaves.

Nothing here breaks the store's promises (services/store/protocol.py). A feed delivers every commit at least once, in
any order, and its watermarks say the truth; but it may repeat itself, and fall silent for a while without a word. What
happens to the store's own listening is done elsewhere (tests/staleness/killing.py).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from services.errors import StoreUnavailable
from services.models import Batch, Commit, Principal, Put, Write
from services.store.protocol import OnBatch, OnState, Store, Watch, WatchState
from tests.staleness.history import NEVER, History, Version

T = TypeVar("T")
FeedFault = Literal["", "repeats", "reorders", "silent"]


class TurnedAway(StoreUnavailable):
    """The database was not even asked."""


@dataclass
class Weather:
    """What a process suffers at the moment; changed from outside while it works."""

    chance: random.Random
    slow: float = 0.0
    """Longest delay of a call, in seconds, before it is made and again before its answer is told."""
    failing: bool = False
    """Calls raise TurnedAway."""
    feed: FeedFault = ""
    patience: float = 3.0
    """A paused store's callers give up after this long, in seconds."""
    _open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._open.set()

    def pause(self) -> None:
        """Calls wait from now on."""
        self._open.clear()

    def clear(self) -> None:
        """All is well again."""
        self.slow, self.failing, self.feed = 0.0, False, ""
        self._open.set()

    def call(self, function: Callable[[], T]) -> T:
        self._delay()
        if not self._open.wait(self.patience):
            raise TurnedAway("The database did not answer in time")
        if self.failing:
            raise TurnedAway("The database is away")
        result = function()
        self._delay()
        return result

    def _delay(self) -> None:
        if self.slow:
            time.sleep(self.chance.uniform(0, self.slow))


class StormyStore:
    """A process's store: it suffers from `weather`, and every commit made through it goes into `history`.

    `author` names the session on whose behalf a commit is made.
    """

    def __init__(self, store: Store, weather: Weather, history: History, author: Callable[[], str]) -> None:
        self._store, self._weather, self._history, self._author = store, weather, history, author
        self._feeds: list[StormyFeed] = []
        self.media: Any = _Stormy(weather, store.media)
        self.runs: Any = _Stormy(weather, store.runs)
        self.projects: Any = _Stormy(weather, store.projects)
        self.templates: Any = _Stormy(weather, store.templates)
        self.upkeep: Any = _Stormy(weather, store.upkeep)
        self.commit_size = store.commit_size

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        def make() -> Commit:
            return self._store.commit(principal, writes, operation_id=operation_id)

        author, call = self._author(), lambda: self._weather.call(make)
        return recorded(self._history, author, writes, call, operation=operation_id)

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        feed = StormyFeed(self._weather, on_batch, on_state)
        feed.inner = self._store.watch(project_id, feed.on_batch, feed.on_state)
        self._feeds.append(feed)
        return feed

    def calm_feeds(self) -> None:
        """Deliver what the feeds hold back, as a store does that found its feed dead."""
        for feed in self._feeds:
            feed.recover()

    def ping(self) -> None:
        self._weather.call(self._store.ping)

    def close(self) -> None:
        self._store.close()


class _Stormy:
    def __init__(self, weather: Weather, repository: Any) -> None:
        self._weather, self._repository = weather, repository

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._repository, name)
        return lambda *args, **options: self._weather.call(lambda: method(*args, **options))


class StormyFeed:
    """Between a store's watch and its consumer. Whoever calls, the consumer hears one thing at a time."""

    def __init__(self, weather: Weather, on_batch: OnBatch, on_state: OnState) -> None:
        self.inner: Watch | None = None
        self._weather, self._tell, self._tell_state = weather, on_batch, on_state
        self._lock = threading.RLock()
        self._kept: list[Batch] = []
        self._watermark = ""
        self._state: WatchState = "down"
        self._closed = False

    def on_batch(self, batch: Batch) -> None:
        with self._lock:
            fault = self._weather.feed
            self._kept.append(batch)
            if fault == "silent" or (fault == "reorders" and self._watermark and self._weather.chance.random() < 0.5):
                return
            self._deliver(backwards=fault == "reorders")
            if fault == "repeats":
                self._hand_over(batch)

    def on_state(self, state: WatchState) -> None:
        with self._lock:
            self._state = state
            if self._weather.feed != "silent":
                self._say(state)

    def recover(self) -> None:
        """The silence was noticed: what was missed is asked for, then the feed lives again."""
        with self._lock:
            if self._kept and self._weather.feed != "reorders":
                self._say("polling")
            self._deliver()
            self._say(self._state)

    def doubt(self) -> None:
        if self.inner is not None:
            self.inner.doubt()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        if self.inner is not None:
            self.inner.close()

    def _deliver(self, *, backwards: bool = False) -> None:
        kept, self._kept = self._kept, []
        if backwards and self._watermark:
            # Only with the last of them has everything been delivered.
            marks = [self._watermark] * (len(kept) - 1) + [kept[-1].watermark] if kept else []
            kept = [
                replace(batch, watermark=mark, newest=batch.watermark)
                for batch, mark in zip(reversed(kept), marks, strict=True)
            ]
        for batch in kept:
            self._hand_over(batch)
            self._watermark = batch.watermark

    def _hand_over(self, batch: Batch) -> None:
        if not self._closed:
            self._tell(batch)

    def _say(self, state: WatchState) -> None:
        if not self._closed:
            self._tell_state(state)


def recorded(
    history: History, author: str, writes: Sequence[Write], commit: Callable[[], Commit], *, operation: str = ""
) -> Commit:
    """Make a commit and note it. One that was refused is none; one without an answer may have been made."""
    began = time.monotonic()
    try:
        done = commit()
    except TurnedAway:
        raise
    except StoreUnavailable:
        history.wrote(author, began, NEVER, [_intended(write) for write in writes if _is_media(write)])
        raise
    ended = time.monotonic()
    made = {record.id: record for record in done.records}
    versions = []
    for write in writes:
        if not _is_media(write):
            continue
        intended = _intended(write)
        stored = made.get(intended.media_id)
        versions.append(replace(intended, revision=stored.revision, item=stored) if stored else intended)  # type: ignore[arg-type]
    history.wrote(author, began, ended, versions, operation=operation)
    return done


def _is_media(write: Write) -> bool:
    return (write.record.kind if isinstance(write, Put) else write.kind) == "media"


def _intended(write: Write) -> Version:
    if isinstance(write, Put):
        assert write.record.kind == "media"
        return Version(write.record.id, write.expect + 1, write.record)  # type: ignore[arg-type]
    return Version(write.id, write.expect + 1, None)
