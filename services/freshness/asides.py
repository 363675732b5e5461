"""Reads for a screen that are no view of it, in the background: an item by its id alone, the neighbour of an item.

A handler that waited for them would keep its tab from everything else for as long as the store takes. So it waits a
moment and lets go; the tab's state remembers the name of its question, and takes up the answer when that has come.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from services.clock import Clock
from services.errors import FreshetError, StoreError, StoreUnavailable
from services.freshness.waited import Waited
from services.freshness.workers import Workers
from services.log import log_event, log_failure
from services.models import Principal

WORKERS = 4
REMEMBERED = 1_000
"""Questions, and their answers, that are remembered, the latest."""
T = TypeVar("T")


@dataclass(eq=False, kw_only=True)
class Aside(Waited, Generic[T]):
    """One question on its way. Done, it has an `answer`, or `error` says why not."""

    name: str
    principal: Principal
    key: Hashable
    scope: str
    reason: str
    read: Callable[[], T]
    documents: Callable[[T], int]
    answer: T | None = None
    error: FreshetError | None = None


class Asides:
    """Answers questions in the background, each of one person once at a time.

    Names begin with `mark`, which is this process's: another one does not know them, and the tab asks anew.
    """

    def __init__(self, clock: Clock, mark: str, *, workers: int = WORKERS) -> None:
        self.on_away: Callable[[], None] = lambda: None
        """Hears of each question that found the store away. From any thread; must not block."""
        self._clock = clock
        self._mark = mark
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._asked: OrderedDict[str, Aside[Any]] = OrderedDict()
        """By name; whoever misses one that was dropped asks anew."""
        self._waiting: OrderedDict[str, Aside[Any]] = OrderedDict()
        """Those of them that have not begun."""
        self._running: set[Hashable] = set()
        self._workers = Workers("asides", self.step, workers)

    def ask(
        self,
        principal: Principal,
        key: Hashable,
        read: Callable[[], T],
        *,
        scope: str,
        reason: str,
        documents: Callable[[T], int] = lambda _: 1,
    ) -> Aside[T]:
        """Ask what `read` answers, of which `key` says what that is. Shares a question that has not begun, never one
        that runs: its answer may know less. Logs one line, `{scope}.read`, once it is answered.
        """
        key = (principal.user_id, key)
        with self._lock:
            for other in self._waiting.values():
                if other.key == key:
                    return other
            name = f"{self._mark}-{next(self._numbers)}"
            aside = Aside(
                name=name, principal=principal, key=key, scope=scope, reason=reason, read=read, documents=documents
            )
            self._asked[name] = self._waiting[name] = aside
            while len(self._asked) > REMEMBERED:
                dropped, _ = self._asked.popitem(last=False)
                self._waiting.pop(dropped, None)
        self._workers.wake()
        return aside

    def find(self, name: str, principal: Principal) -> Aside[Any] | None:
        """A question of this person's by its name, as long as it is remembered; asks nothing."""
        with self._lock:
            aside = self._asked.get(name)
        return aside if aside is not None and aside.principal.user_id == principal.user_id else None

    def step(self) -> bool:
        """Answer the question that waits longest in this thread; False if none may be answered now.

        One of each kind and person at a time: however often somebody presses, others get their turn.
        """
        with self._lock:
            aside = next((one for one in self._waiting.values() if one.key not in self._running), None)
            if aside is None:
                return False
            del self._waiting[aside.name]
            self._running.add(aside.key)
        try:
            aside.answer = logged(self._clock, aside.scope, aside.reason, aside.read, aside.documents)
        except FreshetError as error:
            aside.error = error
        except Exception as crash:  # noqa: BLE001 - whoever waits for it must hear of its end
            aside.error = StoreError(f"Something went wrong (error {log_failure('aside.crashed', crash)}).")
        with self._lock:
            self._running.discard(aside.key)
        if isinstance(aside.error, StoreUnavailable):
            self.on_away()
        aside.end()
        self._workers.wake()  # for the next of the same key
        return True

    def close(self, timeout: float = 5.0) -> None:
        with self._lock:
            self._waiting.clear()
        self._workers.join(timeout)


def logged(clock: Clock, scope: str, reason: str, read: Callable[[], T], documents: Callable[[T], int]) -> T:
    """What `read` answers. Logs one line, `{scope}.read`; raises what `read` raises."""
    began, cost, outcome = clock.monotonic(), 0, "failed"
    try:
        answer = read()
        cost, outcome = documents(answer), "read"
        return answer
    except FreshetError as error:
        outcome = type(error).__name__
        raise
    finally:
        log_event(
            f"{scope}.read",
            logging.INFO if outcome == "read" else logging.WARNING,
            reason=reason,
            documents=cost,
            ms=round((clock.monotonic() - began) * 1000, 1),
            as_of=clock.now().isoformat() if outcome == "read" else None,
            outcome=outcome,
        )
