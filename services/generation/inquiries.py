"""Questions to the adviser in the background: an answer takes seconds, and no page stands still for it.

What is asked and what is answered is known to this process alone, for a few minutes, and to whoever asked.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from services.clock import Clock
from services.errors import Busy, FreshetError, GenerationError
from services.files.blobs import Blobs
from services.freshness.waited import Waited
from services.freshness.workers import Workers
from services.generation.advice import Adviser
from services.generation.offers import Offers
from services.generation.opinions import Critique, Rewritten
from services.generation.pool import RenderPool
from services.ids import Ids
from services.log import log_event, log_failure
from services.models import Principal
from services.store.protocol import Store

AT_ONCE = 4
"""Questions that are asked at a time."""
WAITING = 24
"""Questions that are asked or wait for that, of all people."""
OF_ONE = 3
"""Those of one person: each may cost something, also one that is not waited for any more."""
REMEMBERED = 200
KEPT = 600.0
"""Seconds for which an answer is remembered."""


@dataclass(eq=False)
class Inquiry(Waited):
    """One question. Done, it has what was `told`; or `error` says why nothing was, and `cost_nano` what that cost."""

    name: str
    principal: Principal
    what: str
    ask: Callable[[], Rewritten | Critique]
    told: Rewritten | Critique | None = None
    error: str = ""
    cost_nano: int | None = 0
    """None where that is not known."""
    ended_at: float = 0.0
    """Seconds of the monotonic clock."""


class Inquiries:
    """See the module. Pictures are looked into in a process of its own, so that nobody waits for others' renders."""

    def __init__(
        self, store: Store, blobs: Blobs, offers: Offers, clock: Clock, ids: Ids, *, workers: int = AT_ONCE
    ) -> None:
        self._pool = RenderPool(workers=1, awaited=True)
        self.adviser = Adviser(store, blobs, offers, self._pool)
        self._clock, self._ids = clock, ids
        self._lock = threading.Lock()
        self._waiting: list[Inquiry] = []
        self._asked: list[Inquiry] = []
        self._known: OrderedDict[str, Inquiry] = OrderedDict()
        self._workers = Workers("inquiries", self.step, workers)

    def rewrite(self, principal: Principal, project_id: str, prompt: str) -> Inquiry:
        """Ask for a prompt written anew (`Adviser.rewrite`); returns at once. Raises Busy."""
        return self._begin(principal, "rewrite", partial(self.adviser.rewrite, principal, project_id, prompt))

    def critique(self, principal: Principal, project_id: str, media_id: str) -> Inquiry:
        """Ask for an opinion (`Adviser.critique`); returns at once. Raises Busy."""
        return self._begin(principal, "critique", partial(self.adviser.critique, principal, project_id, media_id))

    def find(self, name: str, principal: Principal) -> Inquiry | None:
        """One of the principal's own, if this process knows it (still)."""
        with self._lock:
            self._forget_old()
            return self._own(name, principal)

    def forget(self, name: str, principal: Principal) -> None:
        """Nobody waits for it any more: it is not asked, or its answer goes nowhere. Of others' it does nothing."""
        with self._lock:
            inquiry = self._own(name, principal)
            if inquiry is not None:
                del self._known[name]
                if inquiry in self._waiting:
                    self._waiting.remove(inquiry)

    def step(self) -> bool:
        """Ask the one that waits longest in this thread; False if none waits."""
        with self._lock:
            if not self._waiting:
                return False
            inquiry = self._waiting.pop(0)
            self._asked.append(inquiry)
        began = self._clock.monotonic()
        try:
            inquiry.told = inquiry.ask()
            inquiry.cost_nano = inquiry.told.cost_nano
        except FreshetError as error:
            inquiry.error = str(error)
            inquiry.cost_nano = error.cost_nano if isinstance(error, GenerationError) else 0
        except Exception as error:  # noqa: BLE001 - whoever waits for it must hear of its end
            inquiry.error = f"Something went wrong (error {log_failure('advice.crashed', error)})."
            inquiry.cost_nano = None  # it may have come after the answer, which is paid for
        inquiry.ended_at = self._clock.monotonic()
        log_event(
            "advice.asked",
            what=inquiry.what,
            ms=round((inquiry.ended_at - began) * 1000),
            cost_nano=inquiry.cost_nano,
            because=inquiry.error,
        )
        with self._lock:
            self._asked.remove(inquiry)
        inquiry.end()
        return True

    def close(self, timeout: float = 1.0) -> None:
        """What waits is not asked any more; what is being asked is given `timeout` seconds."""
        with self._lock:
            self._waiting.clear()
        self._pool.close()
        self._workers.join(timeout)

    def _begin(self, principal: Principal, what: str, ask: Callable[[], Rewritten | Critique]) -> Inquiry:
        inquiry = Inquiry(self._ids.new(), principal, what, ask)
        with self._lock:
            self._forget_old()
            under_way = [*self._asked, *self._waiting]
            if sum(one.principal.user_id == principal.user_id for one in under_way) >= OF_ONE:
                raise Busy("Your last questions are not answered yet. Try again in a moment.")
            if len(under_way) >= WAITING:
                raise Busy("Too many people ask just now. Try again in a moment.")
            self._waiting.append(inquiry)
            self._known[inquiry.name] = inquiry
        self._workers.wake()
        return inquiry

    def _own(self, name: str, principal: Principal) -> Inquiry | None:
        inquiry = self._known.get(name)
        return inquiry if inquiry is not None and inquiry.principal.user_id == principal.user_id else None

    def _forget_old(self) -> None:
        long_ago = self._clock.monotonic() - KEPT
        ended = [one for one in self._known.values() if one.done]
        for place, inquiry in enumerate(ended):
            if inquiry.ended_at < long_ago or place < len(ended) - REMEMBERED:
                del self._known[inquiry.name]
