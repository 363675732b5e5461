"""The hub: from the store's change feed to exactly the open views that a change belongs to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import partial
from itertools import count

from services.clock import Clock
from services.errors import FreshetError
from services.freshness.project_feeds import Errands, HubState, ProjectFeed, are_full, idlest
from services.freshness.queue import View
from services.freshness.revalidate import Freshness
from services.freshness.subscriber import Subscriber
from services.identity import can
from services.log import log_event, log_failure
from services.models import Batch, MediaQuery, Principal
from services.store.protocol import Store, Watch, WatchState

LINGER = 300.0
"""Seconds for which a project's feed is kept after its last subscriber left, so that a reload finds it running."""
RETRY = 1.0
"""Seconds between two attempts to begin a feed."""
MOST_FEEDS = 40
"""Projects that are listened to at a time: each costs threads, a connection's stream and its canary."""
LIVE_COOKIE = "freshet_live"
"""What a browser's choice is kept under: "off" for no live updates. Script sets it (components/web/live_choice.js)."""


def wants_live(cookies: Mapping[str, str]) -> bool:
    """Whether screens of this browser may change without somebody's asking."""
    return cookies.get(LIVE_COOKIE) != "off"


class LiveHub:
    """Subscribes to each project that somebody looks at, once per process.

    A commit is applied to the snapshots this process holds, and only the subscribers one of whose views changed are
    woken. Push is a hint: what was missed is pulled when a feed has begun and when it recovers.

    Beginning a feed may have to reach the database, and ending one waits for its thread: both are done on threads of
    their own, so that coming and going, pushes, and other projects wait for neither.

    At most `most` projects are listened to. One more is as if it were polled ("polling"), and its streams have their
    pages ask every few seconds (services/http/events.py), until one that nobody looks at makes room.
    """

    def __init__(
        self,
        store: Store,
        freshness: Freshness,
        clock: Clock,
        *,
        linger: float = LINGER,
        retry: float = RETRY,
        most: int = MOST_FEEDS,
    ) -> None:
        self._store = store
        self._freshness = freshness
        self._clock = clock
        self._linger = linger
        self._retry = retry
        self._most = most
        self._lock = threading.RLock()
        self._feeds: dict[str, ProjectFeed] = {}
        self._errands = Errands()
        self._sweeper: threading.Timer | None = None
        self._turns = count(1)
        self._closing = threading.Event()
        self.ending = False
        freshness.on_change, freshness.on_away = self._on_change, self.doubt

    def subscribe(self, subscriber: Subscriber) -> None:
        """Wake `subscriber` from now on, whose views are of its principal's own projects: the caller has checked.

        Does not block. It is told `begun` once for each project: at once where the feed runs already.
        """
        with self._lock:
            if self._closing.is_set():
                return
            for project_id in _projects(subscriber):
                feed = self._feeds.get(project_id) or self._open(project_id)
                feed.subscribers.add(subscriber)
                feed.idle_since = None
                if feed.watch is not None:
                    subscriber.tell(begun=True)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop waking `subscriber`; twice is harmless."""
        with self._lock:
            for project_id in _projects(subscriber):
                feed = self._feeds.get(project_id)
                if feed is None or subscriber not in feed.subscribers:
                    continue
                feed.subscribers.discard(subscriber)
                if feed.subscribers:
                    continue
                if feed.waits:
                    del self._feeds[project_id]
                    continue
                feed.idle_since = self._clock.monotonic()
                self._sweep_later(self._linger)
            self._begin_waiting()

    def state(self, project_id: str) -> tuple[HubState, float]:
        """The project's feed state and for how many seconds it has been so."""
        with self._lock:
            feed = self._feeds.get(project_id)
            if feed is None:
                return "down", 0.0
            return feed.state, self._clock.monotonic() - feed.since

    def is_unheard(self, project_id: str) -> bool:
        """Whether nobody listens to the project, for want of room: whoever looks at it has to ask."""
        with self._lock:
            feed = self._feeds.get(project_id)
            return feed is not None and feed.waits

    def heard_of(self, principal: Principal) -> object:
        """What was told of the person's items, in all of their projects. While that stays equal nothing of theirs has
        changed, as far as feeds have told, and none is down. None where one of the projects is not listened to.
        """
        with self._lock:
            feeds = [self._feeds.get(project_id) for project_id in sorted(principal.project_ids)]
            told = tuple(feed.told_of(principal.user_id) if feed else None for feed in feeds)
        return None if None in told else told

    def doubt(self) -> None:
        """A question found the store away: each feed finds out whether it is, so that all who look hear of it now.

        A feed alone would take a store that went silent for one where nothing happens, for most of a minute.
        """
        with self._lock:
            watches = [feed.watch for feed in self._feeds.values() if feed.watch is not None]
        for watch in watches:
            watch.doubt()

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

    def end_streams(self) -> None:
        """The server stops: whoever holds a stream open is woken to end it."""
        self.ending = True
        with self._lock:
            subscribers = {one for feed in self._feeds.values() for one in feed.subscribers}
        for subscriber in subscribers:
            subscriber.wake()

    def sweep(self) -> None:
        """End the feeds that nobody has looked at for a while."""
        with self._errands.working():
            _close(self._take_idle())

    def close(self) -> None:
        """End every feed, and leave no thread behind."""
        with self._lock:
            self._closing.set()
            feeds, self._feeds = self._feeds, {}
            for project_id in feeds:
                self._freshness.feed(project_id, "ended")
            sweeper = self._sweeper
            if sweeper is not None:
                sweeper.cancel()
        _close(list(feeds.values()))
        self._errands.join()
        if sweeper is not None:
            sweeper.join()

    def _open(self, project_id: str) -> ProjectFeed:
        """Begin a project's feed, or have it wait where there is no room."""
        feed = self._feeds[project_id] = ProjectFeed(since=self._clock.monotonic(), waits=True)
        if self._make_room():
            self._begin(project_id, feed)
        else:
            feed.state = "polling"
            log_event("feed.no_room", logging.WARNING, project_id=project_id, most=self._most)
        return feed

    def _begin(self, project_id: str, feed: ProjectFeed) -> None:
        feed.waits = False
        self._errands.run(f"freshet-begin-{project_id}", partial(self._begin_watch, project_id, feed))

    def _begin_waiting(self) -> None:
        """Somebody has left: begin the feeds that wait, as far as there is room now."""
        for project_id, feed in list(self._feeds.items()):
            if feed.waits:
                if not self._make_room():
                    return
                self._become(project_id, feed, "starting")
                self._begin(project_id, feed)

    def _make_room(self) -> bool:
        """Whether one more may be listened to; the one that nobody has looked at for longest gives way."""
        if not are_full(self._feeds, self._most):
            return True
        project_id = idlest(self._feeds)
        if project_id is None:
            return False
        ended = self._feeds.pop(project_id)
        self._freshness.feed(project_id, "ended")
        self._errands.run(f"freshet-end-{project_id}", partial(_close, [ended]))
        return True

    def _begin_watch(self, project_id: str, feed: ProjectFeed) -> None:
        while self._is_wanted(project_id, feed):
            try:
                watch = self._store.watch(
                    project_id, self._on_batch, lambda state: self._on_state(project_id, feed, state)
                )
            except Exception as error:  # noqa: BLE001 - whatever it was, those who wait need a feed
                self._not_begun(project_id, feed, error)
                self._closing.wait(self._retry)
            else:
                self._begun(project_id, feed, watch)
                return

    def _is_wanted(self, project_id: str, feed: ProjectFeed) -> bool:
        with self._lock:
            return self._feeds.get(project_id) is feed

    def _not_begun(self, project_id: str, feed: ProjectFeed, error: Exception) -> None:
        with self._lock:
            again = feed.state == "down"
            self._become(project_id, feed, "down")
        if again:
            return
        if isinstance(error, FreshetError):
            log_event("feed.not_begun", logging.WARNING, project_id=project_id, because=str(error))
        else:
            log_failure("feed.not_begun", error, project_id=project_id)

    def _begun(self, project_id: str, feed: ProjectFeed, watch: Watch) -> None:
        """From here on everything is delivered: what is read later misses nothing."""
        with self._lock:
            if wanted := self._is_wanted(project_id, feed):
                feed.watch, feed.turn = watch, next(self._turns)
                self._freshness.feed(project_id, "starting")
                self._become(project_id, feed, feed.told or "starting")
                for subscriber in feed.subscribers:
                    subscriber.tell(begun=True)
        if not wanted:
            watch.close()

    def _on_batch(self, batch: Batch) -> None:
        changed = set(self._freshness.apply(batch))
        with self._lock:
            feed = self._feeds.get(batch.project_id)
            if feed is not None:
                feed.note(batch)
            for subscriber in list(feed.subscribers) if feed else []:
                user_id = subscriber.principal.user_id
                places = [
                    place
                    for place, view in enumerate(subscriber.views)
                    if (user_id, view) in changed or self._may_concern(subscriber.principal, view, batch)
                ]
                if places:
                    subscriber.tell(changed=places, known={batch.project_id: batch.newest or batch.watermark})

    def _on_change(self, view: View) -> None:
        """Somebody's question has brought something new. Its push will find it known: the others hear of it now."""
        known = self._freshness.known_of(view.query, view.user_id)
        with self._lock:
            feed = self._feeds.get(view.query.project_id)
            for subscriber in list(feed.subscribers) if feed else []:
                if subscriber.principal.user_id == view.user_id and view.query in subscriber.views:
                    places = [place for place, one in enumerate(subscriber.views) if one == view.query]
                    subscriber.tell(changed=places, known=known)

    def _may_concern(self, principal: Principal, view: MediaQuery, batch: Batch) -> bool:
        """For a view whose snapshot this process does not hold (any more): whether it should ask again."""
        if view.project_id != batch.project_id or self._freshness.snapshots.peek((principal.user_id, view.key)):
            return False
        return bool(batch.removed) or any(view.matches(item) and can(principal, "read", item) for item in batch.changed)

    def _on_state(self, project_id: str, feed: ProjectFeed, state: WatchState) -> None:
        with self._lock:
            if not self._is_wanted(project_id, feed):
                return
            if feed.watch is None:
                feed.told = state
            else:
                self._become(project_id, feed, state)

    def _become(self, project_id: str, feed: ProjectFeed, state: HubState) -> None:
        if feed.watch is not None:
            self._freshness.feed(project_id, state)
        if feed.state == state:
            return
        before, feed.state, feed.since = feed.state, state, self._clock.monotonic()
        if before == "down":
            feed.turn = next(self._turns)  # what has come back may be a copy of an earlier database
        for subscriber in feed.subscribers:
            subscriber.tell(state_changed=True)
        log_event("feed.state", project_id=project_id, state=state, before=before)

    def _take_idle(self) -> list[ProjectFeed]:
        """Remove them; the others are looked at again when the first of them may be due."""
        idle = []
        with self._lock:
            if self._sweeper is not None:
                self._sweeper.cancel()
                self._sweeper = None
            now = self._clock.monotonic()
            for project_id, feed in list(self._feeds.items()):
                if feed.idle_since is None:
                    continue
                if (left := feed.idle_since + self._linger - now) > 0:
                    self._sweep_later(left)
                else:
                    idle.append(self._feeds.pop(project_id))
                    self._freshness.feed(project_id, "ended")
        return idle

    def _sweep_later(self, seconds: float) -> None:
        if self._sweeper is None and not self._closing.is_set():
            self._sweeper = threading.Timer(seconds, self.sweep)
            self._sweeper.name, self._sweeper.daemon = "freshet-sweep", True
            self._sweeper.start()


def _close(feeds: list[ProjectFeed]) -> None:
    """End the watches of `feeds`. It waits for callbacks, which take the hub's lock: so not while holding it."""
    for feed in feeds:
        if feed.watch is not None:
            feed.watch.close()


def _projects(subscriber: Subscriber) -> set[str]:
    return {view.project_id for view in subscriber.views}
