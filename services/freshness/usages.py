"""What people's items take up: a few figures, asked in the background and remembered with their age.

They are no list of items, so they are no snapshot, and no push brings them up to date: a push is a reason to ask. All
else is as for any view: what is held paints at once, the reason decides whether the store is asked (policy.py), and a
failure keeps what is held. Where the store is far away, the last answer is kept on local disk, too.
"""

from __future__ import annotations

import json
import logging
import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from services.clock import Clock
from services.errors import FreshetError, StoreError, StoreUnavailable
from services.freshness import policy
from services.freshness.disk import DiskCache
from services.freshness.policy import TTLS, ContentKind, FetchState, Reason
from services.freshness.waited import Waited
from services.freshness.workers import Workers
from services.log import log_event, log_failure
from services.models import MEDIA_TYPES, Amount, Principal, Usage
from services.store.protocol import UpkeepRepository

KIND: ContentKind = "sections"
WORKERS = 2
BY_ITSELF: frozenset[Reason] = frozenset(("ttl", "live"))
"""Reasons that come without anybody's doing anything at the page."""
UNHEARD_PAUSE = timedelta(minutes=1)
"""Where no feed tells of changes a page asks every few seconds for any. Then it is summed once in this time."""
REMEMBERED = 1_000
"""People whose figures are remembered, the latest."""


@dataclass(eq=False)
class Asking(Waited):
    """One question on its way. Its answer is what `Usages.held` tells once it is done."""

    principal: Principal
    reason: Reason
    scope: str


@dataclass(frozen=True)
class HeldUsage:
    """What is held of somebody's figures and since when; and how the last fetch went."""

    usage: Usage | None = None
    as_of: datetime | None = None
    state: FetchState = field(default_factory=FetchState)
    heard: object = None
    """What the feeds had told of the person's items when this was asked for; None where they do not tell of all."""


class Usages:
    def __init__(
        self,
        upkeep: UpkeepRepository,
        clock: Clock,
        *,
        ttls: Mapping[ContentKind, timedelta] = TTLS,
        disk: DiskCache | None = None,
        heard: Callable[[Principal], object] = lambda principal: None,
        workers: int = WORKERS,
    ) -> None:
        """`heard` tells what the feeds have told of somebody's items (LiveHub.heard_of)."""
        self._upkeep, self._clock, self._ttls, self._disk, self._heard = upkeep, clock, ttls, disk, heard
        self.on_away: Callable[[], None] = lambda: None
        """Hears of each question that found the store away. From any thread; must not block."""
        self._lock = threading.Lock()
        self._held: OrderedDict[str, HeldUsage] = OrderedDict()
        self._waiting: list[Asking] = []
        self._running: set[str] = set()
        self._workers = Workers("usages", self.step, workers)

    def held(self, principal: Principal) -> HeldUsage:
        """What is known; asks the store nothing."""
        with self._lock:
            return self._of(principal.user_id)

    def is_asked(self, principal: Principal) -> bool:
        """Whether a question waits to begin."""
        with self._lock:
            return any(asking.principal.user_id == principal.user_id for asking in self._waiting)

    def submit(self, principal: Principal, reason: Reason, *, scope: str) -> Asking | None:
        """Ask, if `reason` is one to ask for now. Shares a question that has not begun, never one that runs: its
        answer may know less."""
        heard = self._heard(principal)
        with self._lock:
            if not self._is_due(self._of(principal.user_id), reason, heard):
                return None
            for other in self._waiting:
                if other.principal.user_id == principal.user_id:
                    other.reason = other.reason if reason in BY_ITSELF else reason
                    return other
            asking = Asking(principal, reason, scope)
            self._waiting.append(asking)
        self._workers.wake()
        return asking

    def step(self) -> bool:
        """Answer the question that waits longest in this thread; False if none may be answered now.

        One of each person at a time, or a slow answer would replace a newer one.
        """
        with self._lock:
            asking = next((one for one in self._waiting if one.principal.user_id not in self._running), None)
            if asking is None:
                return False
            self._waiting.remove(asking)
            user_id, now = asking.principal.user_id, self._clock.now()
            self._running.add(user_id)
            held = self._of(user_id)
        try:
            # What came by itself while another question ran may have got its answer by that, or be too dear.
            if asking.reason not in BY_ITSELF or self._is_due(held, asking.reason, self._heard(asking.principal)):
                with self._lock:
                    self._hold(user_id, replace(held, state=policy.started(held.state, asking.reason, now)))
                self._answer(asking, now)
        finally:
            with self._lock:
                self._running.discard(user_id)
        asking.end()
        self._workers.wake()  # the same person's next
        return True

    def close(self, timeout: float = 5.0) -> None:
        with self._lock:
            self._waiting.clear()
        self._workers.join(timeout)

    def _is_due(self, held: HeldUsage, reason: Reason, heard: object) -> bool:
        """As the policy has it; but a sum is no delta. So neither age nor a push asks where the feeds have told of
        nothing since, nor where it is dear, nor often where no feed tells of anything."""
        state, now = held.state, self._clock.now()
        if reason in BY_ITSELF and held.usage is not None and held.as_of is not None and state.failure is None:
            asked_just_now = heard is None and timedelta(0) <= now - held.as_of < UNHEARD_PAUSE
            if held.usage.is_dear or asked_just_now or (heard is not None and heard == held.heard):
                return False
        return policy.is_due(KIND, state, reason, now, ttls=self._ttls)

    def _answer(self, asking: Asking, asked_at: datetime) -> None:
        began, heard = self._clock.monotonic(), self._heard(asking.principal)
        usage: Usage | None = None
        error: FreshetError | None = None
        try:
            usage = self._upkeep.usage(asking.principal)
        except FreshetError as raised:
            error = raised
        except Exception as crash:  # noqa: BLE001 - whoever waits for it must hear of its end
            error = StoreError(f"Something went wrong (error {log_failure('usage.crashed', crash)}).")
        ms = round((self._clock.monotonic() - began) * 1000, 1)
        self._note(asking.principal.user_id, usage, error, asked_at, heard)
        if isinstance(error, StoreUnavailable):
            self.on_away()
        log_event(
            f"{asking.scope}.refresh",
            logging.INFO if usage else logging.WARNING,
            reason=asking.reason,
            documents=usage.documents_read if usage else 0,
            ms=ms,
            as_of=asked_at.isoformat() if usage else None,
            outcome="read" if usage else "failed",
            **({"why": str(error)} if error else {}),
        )

    def _note(
        self, user_id: str, usage: Usage | None, error: FreshetError | None, asked_at: datetime, heard: object
    ) -> None:
        with self._lock:
            held, now = self._of(user_id), self._clock.now()
            if usage is not None:
                self._hold(user_id, HeldUsage(usage, asked_at, policy.succeeded(held.state, now), heard))
            elif error is not None:
                pause = policy.retry_pause(held.state.failures + 1, random.random())
                self._hold(user_id, replace(held, state=policy.failed(held.state, error, now, pause)))
        if usage is not None and self._disk is not None:
            self._disk.keep_figures(user_id, _written(usage), asked_at)

    def _of(self, user_id: str) -> HeldUsage:
        known = self._held.get(user_id)
        if known is None:
            known = self._hold(user_id, self._from_disk(user_id))
        return known

    def _hold(self, user_id: str, held: HeldUsage) -> HeldUsage:
        self._held[user_id] = held
        self._held.move_to_end(user_id)
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return held

    def _from_disk(self, user_id: str) -> HeldUsage:
        kept = self._disk.figures(user_id) if self._disk is not None else None
        usage = _read(kept[0]) if kept else None
        return HeldUsage(usage, kept[1], FetchState(fetched_at=kept[1])) if kept and usage else HeldUsage()


def _written(usage: Usage) -> str:
    by_type = {kind: asdict(one) for kind, one in usage.by_type.items()}
    return json.dumps({"by_type": by_type, "trash": asdict(usage.trash), "documents_read": usage.documents_read})


def _read(text: str) -> Usage | None:
    """What was written; None for what an earlier version has left."""
    try:
        told = json.loads(text)
        by_type = {kind: Amount(**told["by_type"][kind]) for kind in MEDIA_TYPES}
        return Usage(by_type, Amount(**told["trash"]), int(told.get("documents_read", 0)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
