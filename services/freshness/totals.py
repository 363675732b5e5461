"""How many items a query finds in all: counted beside the list, which tells only as far as it is loaded.

A count costs the store more than a refresh that finds nothing new. So it is asked for when somebody does something (a
page opens, filters change, Refresh is pressed) and something was committed since the last one of which that cannot
tell (counted.py), and never for a push; between two counts a screen goes on from the last one by what it sees come and
go (state/totals.py). So a count is told together with the list as it was at that moment: where it changed meanwhile,
the count is made once more. It stops at COUNT_LIMIT, and goes on only for somebody who asks.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from services.clock import Clock
from services.errors import FreshetError
from services.freshness.counted import Counted
from services.freshness.snapshots import Key
from services.freshness.waited import Waited
from services.freshness.workers import Workers
from services.log import log_event, log_failure
from services.models import Count, MediaQuery, Principal
from services.store.protocol import COUNT_LIMIT, MediaRepository

WORKERS = 2
REMEMBERED = 1_000
"""Counts that are remembered, the latest."""
TRIES = 2
"""Counts of a list that changes meanwhile."""


@dataclass(eq=False)
class Counting(Waited):
    """One count on its way. Done, it has a `count`, or failed, which a screen shows as no total at all."""

    query: MediaQuery
    principal: Principal
    exact: bool
    count: Count | None = None
    counted: Counted = field(default_factory=Counted)
    """The list that is held, by its own query, and what came to it since it was counted."""

    @property
    def key(self) -> Key:
        return _key(self.query, self.principal)


class Totals:
    """Counts in the background, each question of one person once at a time, and remembers the answers."""

    def __init__(
        self,
        media: MediaRepository,
        clock: Clock,
        begin: Callable[[MediaQuery, Principal], Counted],
        *,
        workers: int = WORKERS,
    ) -> None:
        """`begin` is told that a list is about to be counted."""
        self._media = media
        self._clock = clock
        self._begin = begin
        self._lock = threading.Lock()
        self._waiting: list[Counting] = []
        self._running: list[Counting] = []
        self._known: OrderedDict[Key, Counting] = OrderedDict()
        self._workers = Workers("totals", self.step, workers)

    def ask(self, query: MediaQuery, principal: Principal, *, exact: bool = False) -> Counting:
        """Count anew; shares a count that waits to begin, never one that runs: it may know less."""
        counting = Counting(query, principal, exact)
        with self._lock:
            for other in self._waiting:
                if other.key == counting.key:
                    other.exact = other.exact or exact
                    return other
            self._waiting.append(counting)
        self._workers.wake()
        return counting

    def known(self, query: MediaQuery, principal: Principal) -> Counting | None:
        """The last answer to this question; asks nothing."""
        with self._lock:
            return self._known.get(_key(query, principal))

    def still_right(self, query: MediaQuery, principal: Principal, *, exact: bool = False) -> Counting | None:
        """The last answer, if it is right with all that has come since to the list that is held: to be asked by
        somebody who has just asked for its changes.
        """
        counting = self.known(query, principal)
        if counting is None or counting.count is None or (exact and not counting.count.exact):
            return None
        return counting if counting.counted.goes_on(exact=counting.count.exact) else None

    def is_asked(self, query: MediaQuery, principal: Principal) -> bool:
        """Whether this question waits for an answer."""
        with self._lock:
            return any(one.key == _key(query, principal) for one in (*self._waiting, *self._running))

    def step(self) -> bool:
        """Do the count that waits longest in this thread; False if none may be done now.

        One of each question at a time, or a slow answer would replace a newer one.
        """
        with self._lock:
            running = {one.key for one in self._running}
            counting = next((one for one in self._waiting if one.key not in running), None)
            if counting is None:
                return False
            self._waiting.remove(counting)
            self._running.append(counting)
        self._count(counting)
        counting.end()
        self._workers.wake()  # for the same question's next
        return True

    def close(self, timeout: float = 5.0) -> None:
        with self._lock:
            self._waiting.clear()
        self._workers.join(timeout)

    def _count(self, counting: Counting) -> None:
        began, why, documents = self._clock.monotonic(), "", 0
        try:
            for _ in range(TRIES):
                counting.counted = self._begin(counting.query, counting.principal)
                counting.count = self._counted(counting)
                documents += counting.count.documents_read
                if counting.counted.end(counting.count.watermark) or not counting.count.exact:
                    break
        except FreshetError as error:
            why = str(error)
        except Exception as error:  # noqa: BLE001 - whoever waits for it must hear of its end
            why = f"error {log_failure('total.crashed', error)}"
        with self._lock:
            self._running.remove(counting)
            self._known[counting.key] = counting
            self._known.move_to_end(counting.key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        log_event(
            "total.counted" if counting.count else "total.failed",
            logging.INFO if counting.count else logging.WARNING,
            documents=documents,
            number=counting.count.number if counting.count else None,
            exact=counting.exact,
            ms=round((self._clock.monotonic() - began) * 1000, 1),
            **({"why": why} if why else {}),
        )

    def _counted(self, counting: Counting) -> Count:
        limit = None if counting.exact else COUNT_LIMIT
        return self._media.count(counting.principal, counting.query, limit=limit)


def _key(query: MediaQuery, principal: Principal) -> Key:
    return principal.user_id, query.key
