"""What the hub knows of each project's change feed, and the threads on which feeds begin and end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from services.freshness.subscriber import Subscriber
from services.models import Batch
from services.store.protocol import Watch, WatchState

HubState = WatchState | Literal["starting"]
"""`starting`: the feed is being begun, or has not told yet how it does."""


@dataclass(eq=False)
class ProjectFeed:
    """One project's change feed in this process, shared by all its subscribers."""

    since: float
    watch: Watch | None = None
    """None until it has begun."""
    state: HubState = "starting"
    told: WatchState | None = None
    """What the watch told before it had begun for us."""
    idle_since: float | None = None
    subscribers: set[Subscriber] = field(default_factory=set)
    waits: bool = False
    """There are as many as there may be without it: nobody listens, and who looks has to ask."""
    turn: int = 0
    """Another one each time that something may have been committed of which nothing was told."""
    changes: Counter[str] = field(default_factory=Counter)
    """Items that were told of, by owner."""
    removals: int = 0
    """Those of which only the id was told: they may have been anybody's."""

    def note(self, batch: Batch) -> None:
        self.changes.update(item.owner_id for item in batch.changed)
        self.removals += len(batch.removed)

    def told_of(self, user_id: str) -> object:
        """Differs as soon as it has told of anything that may be this person's, and each time while it is down, when
        only a question can tell. None where nobody listens yet."""
        if self.watch is None or self.state == "starting":
            return None
        if self.state == "down":
            return object()
        return self.turn, self.changes[user_id] + self.removals


def are_full(feeds: Mapping[str, ProjectFeed], most: int) -> bool:
    return sum(not feed.waits for feed in feeds.values()) >= most


def idlest(feeds: Mapping[str, ProjectFeed]) -> str | None:
    """The project that nobody has looked at for longest; None if somebody looks at each."""
    idle = ((feed.idle_since, project_id) for project_id, feed in feeds.items() if feed.idle_since is not None)
    return min(idle, default=(0.0, None))[1]


class Errands:
    """Work on threads of its own, one each; `join` waits for all that was begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()

    def run(self, name: str, work: Callable[[], None]) -> None:
        def run() -> None:
            with self.working():
                work()

        thread = threading.Thread(target=run, name=name, daemon=True)
        with self._lock:
            self._threads.add(thread)
            thread.start()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Has `join` wait for this thread, too."""
        with self._lock:
            self._threads.add(threading.current_thread())
        try:
            yield
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def join(self) -> None:
        with self._lock:
            threads = set(self._threads)
        for thread in threads:
            thread.join()
