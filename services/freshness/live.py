"""The hub: from the store's change feed to exactly the open views that a change belongs to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from services.clock import Clock
from services.freshness.queue import View
from services.freshness.revalidate import Freshness
from services.identity import can
from services.log import log_event
from services.models import Batch, MediaQuery, Principal
from services.store.protocol import Store, Watch, WatchState

LINGER = 300.0
"""Seconds for which a project's feed is kept after its last subscriber left, so that a reload finds it running."""


@dataclass(eq=False)
class Subscriber:
    """One open stream. Flags, never a queue: a client that does not read costs these few fields and nothing more."""

    principal: Principal
    views: tuple[MediaQuery, ...]
    wake: Callable[[], None]
    """Called from any thread when there is something to take; must not block."""
    changed: set[int] = field(default_factory=set)
    """Places in `views` whose snapshot is no longer what it was."""
    ready: set[int] = field(default_factory=set)
    """Places in `views` for which a background refresh has ended."""
    state_changed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(self, *, changed: Iterable[int] = (), ready: Iterable[int] = (), state_changed: bool = False) -> None:
        """Raise flags, from any thread."""
        with self._lock:
            self.changed.update(changed)
            self.ready.update(ready)
            self.state_changed = self.state_changed or state_changed
        self.wake()

    def take(self) -> tuple[list[int], list[int], bool]:
        """(changed, ready, whether the feed's state changed), clearing the flags."""
        with self._lock:
            taken = sorted(self.changed), sorted(self.ready), self.state_changed
            self.changed.clear()
            self.ready.clear()
            self.state_changed = False
            return taken


@dataclass(eq=False)
class _Feed:
    """One project's change feed in this process, shared by all its subscribers."""

    watch: Watch | None = None
    state: WatchState = "down"
    since: float = 0.0
    idle_since: float | None = None
    subscribers: set[Subscriber] = field(default_factory=set)


class LiveHub:
    """Subscribes to each project that somebody looks at, once per process.

    A commit is applied to the snapshots this process holds, and only the subscribers one of whose views changed are
    woken. Push is a hint: what was missed is pulled when a stream opens or a feed recovers.
    """

    def __init__(self, store: Store, freshness: Freshness, clock: Clock) -> None:
        self._store = store
        self._freshness = freshness
        self._clock = clock
        self._lock = threading.RLock()
        self._feeds: dict[str, _Feed] = {}
        freshness.on_change = self._on_change
        self._closed = False

    def subscribe(self, subscriber: Subscriber) -> bool:
        """Begin to wake `subscriber`, whose views are of its principal's own projects: the caller has checked.

        True if a feed had to be begun for it, which then knows nothing of the time before.
        """
        began = False
        with self._lock:
            for project_id in _projects(subscriber):
                feed = self._feeds.setdefault(project_id, _Feed(since=self._clock.monotonic()))
                feed.subscribers.add(subscriber)
                feed.idle_since = None
                if feed.watch is None and not self._closed:
                    feed.watch = self._watch(project_id, feed)
                    began = True
            idle = self._take_idle()
        _close(idle)
        return began

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop waking `subscriber`; twice is harmless."""
        with self._lock:
            for project_id in _projects(subscriber):
                feed = self._feeds.get(project_id)
                if feed is None:
                    continue
                feed.subscribers.discard(subscriber)
                if not feed.subscribers:
                    feed.idle_since = self._clock.monotonic()
            idle = self._take_idle()
        _close(idle)

    def state(self, project_id: str) -> tuple[WatchState, float]:
        """The project's feed state and for how many seconds it has been so."""
        with self._lock:
            feed = self._feeds.get(project_id)
            if feed is None:
                return "down", 0.0
            return feed.state, self._clock.monotonic() - feed.since

    def is_live(self, project_id: str) -> bool:
        """Whether every commit in the project reaches this process by itself at the moment."""
        return self.state(project_id)[0] == "live"

    def finished(self, query: MediaQuery, user_id: str) -> None:
        """A background refresh of a view has ended: wake those who look at it."""
        with self._lock:
            feed = self._feeds.get(query.project_id)
            woken = [one for one in feed.subscribers if one.principal.user_id == user_id] if feed else []
            for subscriber in woken:
                places = [place for place, view in enumerate(subscriber.views) if view == query]
                if places:
                    subscriber.tell(ready=places)

    def edited(self, user_id: str, project_id: str) -> None:
        """An edit of this person's has ended and their screens may not know: wake all of them in the project."""
        with self._lock:
            feed = self._feeds.get(project_id)
            for subscriber in list(feed.subscribers) if feed else []:
                if subscriber.principal.user_id == user_id:
                    subscriber.tell(ready=range(len(subscriber.views)))

    def subscribers(self) -> int:
        """Open streams in this process."""
        with self._lock:
            return len({one for feed in self._feeds.values() for one in feed.subscribers})

    def close(self) -> None:
        """End every feed; subscribers are woken once more and find nothing."""
        with self._lock:
            self._closed = True
            feeds, self._feeds = self._feeds, {}
            for project_id in feeds:
                self._freshness.feed(project_id, "ended")
        _close(list(feeds.values()))

    def _watch(self, project_id: str, feed: _Feed) -> Watch:
        watch = self._store.watch(project_id, self._on_batch, lambda state: self._on_state(project_id, feed, state))
        # From here on everything is delivered: what is read later misses nothing.
        self._freshness.feed(project_id, "starting")
        return watch

    def _on_batch(self, batch: Batch) -> None:
        changed = set(self._freshness.apply(batch))
        with self._lock:
            feed = self._feeds.get(batch.project_id)
            for subscriber in list(feed.subscribers) if feed else []:
                user_id = subscriber.principal.user_id
                places = [
                    place
                    for place, view in enumerate(subscriber.views)
                    if (user_id, view) in changed or self._may_concern(subscriber.principal, view, batch)
                ]
                if places:
                    subscriber.tell(changed=places)

    def _on_change(self, view: View) -> None:
        """Somebody's question has brought something new. Its push will find it known: the others hear of it now."""
        with self._lock:
            feed = self._feeds.get(view.query.project_id)
            for subscriber in list(feed.subscribers) if feed else []:
                if subscriber.principal.user_id == view.user_id and view.query in subscriber.views:
                    subscriber.tell(changed=[place for place, one in enumerate(subscriber.views) if one == view.query])

    def _may_concern(self, principal: Principal, view: MediaQuery, batch: Batch) -> bool:
        """For a view whose snapshot this process does not hold (any more): whether it should ask again."""
        if view.project_id != batch.project_id or self._freshness.snapshots.peek((principal.user_id, view.key)):
            return False
        return bool(batch.removed) or any(view.matches(item) and can(principal, "read", item) for item in batch.changed)

    def _on_state(self, project_id: str, feed: _Feed, state: WatchState) -> None:
        with self._lock:
            if self._feeds.get(project_id) is not feed:
                return
            self._freshness.feed(project_id, state)
            if feed.state == state:
                return
            before, feed.state, feed.since = feed.state, state, self._clock.monotonic()
            for subscriber in feed.subscribers:
                subscriber.tell(state_changed=True)
        log_event("feed.state", project_id=project_id, state=state, before=before)

    def _take_idle(self) -> list[_Feed]:
        """Remove the feeds that nobody has looked at for a while."""
        now, idle = self._clock.monotonic(), []
        for project_id, feed in list(self._feeds.items()):
            if feed.idle_since is not None and now - feed.idle_since > LINGER:
                idle.append(self._feeds.pop(project_id))
                self._freshness.feed(project_id, "ended")
        return idle


def _close(feeds: list[_Feed]) -> None:
    """End the watches of `feeds`. It waits for callbacks, which take the hub's lock: so not while holding it."""
    for feed in feeds:
        if feed.watch is not None:
            feed.watch.close()


def _projects(subscriber: Subscriber) -> set[str]:
    return {view.project_id for view in subscriber.views}
