"""Projects' templates as this process holds them: asked in the background, remembered with their age.

They are in no change feed, so they are no snapshot of a media query and nothing pushes them. All else is as for any
view: what is held paints at once, the reason decides whether the store is asked (services/freshness/policy.py), and a
failure keeps what is held. Each answer that differs has a version, which a screen's state names.
"""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.clock import Clock
from services.errors import FreshetError, NotFound, StoreError, StoreUnavailable
from services.freshness import Reason, policy
from services.freshness.policy import TTLS, ContentKind, FetchState
from services.freshness.waited import Waited
from services.freshness.workers import Workers
from services.log import log_event, log_failure
from services.models import Listing, Principal, Template
from services.store.protocol import TemplateRepository
from services.store.rules import by_name

KIND: ContentKind = "library"
SCOPE = "templates"
WORKERS = 2
REMEMBERED = 200
"""Lists that are held, the latest; and so many of their versions."""

Key = tuple[str, str]
"""User and project."""


@dataclass(eq=False)
class Asking(Waited):
    """One question on its way. Its answer is what `TemplateLists.held` tells once it is done."""

    principal: Principal
    project_id: str
    reason: Reason

    @property
    def key(self) -> Key:
        return self.principal.user_id, self.project_id


@dataclass(frozen=True)
class HeldTemplates:
    """What is held of a list and since when ("" and None before the first answer); and how the last fetch went."""

    version: str = ""
    items: tuple[Template, ...] = ()
    as_of: datetime | None = None
    state: FetchState = field(default_factory=FetchState)


class TemplateLists:
    """`mark` tells this process from any other, so that a version of another one finds nothing here."""

    def __init__(
        self,
        templates: TemplateRepository,
        clock: Clock,
        mark: str,
        *,
        ttls: Mapping[ContentKind, timedelta] = TTLS,
        workers: int = WORKERS,
    ) -> None:
        self._templates, self._clock, self._mark, self._ttls = templates, clock, mark, ttls
        self.on_away: Callable[[], None] = lambda: None
        """Hears of each question that found the store away. From any thread; must not block."""
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, HeldTemplates] = OrderedDict()
        self._versions: OrderedDict[str, tuple[str, tuple[Template, ...]]] = OrderedDict()
        """Whose they are, and what they hold."""
        self._made = 0
        self._notes: Counter[Key] = Counter()
        self._waiting: list[Asking] = []
        self._running: set[Key] = set()
        self._workers = Workers(SCOPE, self.step, workers)

    def held(self, principal: Principal, project_id: str) -> HeldTemplates:
        """What is known; asks the store nothing."""
        with self._lock:
            return self._of((principal.user_id, project_id))

    def at(self, version: str, principal: Principal) -> tuple[Template, ...] | None:
        """The templates that a version names, by name; None where this process does not hold it, or not for them."""
        with self._lock:
            user_id, items = self._versions.get(version, ("", ()))
        return items if user_id == principal.user_id else None

    def is_asked(self, principal: Principal, project_id: str) -> bool:
        """Whether a question waits to begin."""
        with self._lock:
            return any(asking.key == (principal.user_id, project_id) for asking in self._waiting)

    def submit(self, principal: Principal, project_id: str, reason: Reason) -> Asking | None:
        """Ask, if `reason` is one to ask for now. Shares a question that has not begun, never one that runs: its
        answer may know less."""
        asking = Asking(principal, project_id, reason)
        with self._lock:
            if not policy.is_due(KIND, self._of(asking.key).state, reason, self._clock.now(), ttls=self._ttls):
                return None
            for other in self._waiting:
                if other.key == asking.key:
                    return other
            self._waiting.append(asking)
        self._workers.wake()
        return asking

    def step(self) -> bool:
        """Answer the question that waits longest in this thread; False if none may be answered now.

        One of each list at a time, or a slow answer would replace a newer one.
        """
        with self._lock:
            asking = next((one for one in self._waiting if one.key not in self._running), None)
            if asking is None:
                return False
            self._waiting.remove(asking)
            self._running.add(asking.key)
        try:
            self.read(asking.principal, asking.project_id, asking.reason)
        except FreshetError:
            pass  # what came of it is noted, for whoever asks
        finally:
            with self._lock:
                self._running.discard(asking.key)
        asking.end()
        self._workers.wake()  # the same list's next
        return True

    def read(self, principal: Principal, project_id: str, reason: Reason) -> tuple[Template, ...]:
        """Ask the store now and in this thread. Logs one line. Raises NotFound, StoreError: what is held stays."""
        key, began, now = (principal.user_id, project_id), self._clock.monotonic(), self._clock.now()
        with self._lock:
            held = self._of(key)
            self._hold(key, replace(held, state=policy.started(held.state, reason, now)))
        listing: Listing[Template] | None = None
        error: FreshetError | None = None
        try:
            listing = self._listing(principal, project_id, now)
        except FreshetError as raised:
            error = raised
        except Exception as crash:  # noqa: BLE001 - whoever waits for it must hear of its end
            error = StoreError(f"Something went wrong (error {log_failure('templates.crashed', crash)}).")
        self._log(reason, listing, error, now, self._clock.monotonic() - began)
        if listing is None:
            assert error is not None
            self._fail(key, error)
            raise error
        return listing.items

    def note(self, principal: Principal, project_id: str, *, put: Template | None = None, removed: str = "") -> None:
        """What somebody has committed, or read by its id: what is held has it from now on. It tells nothing of the
        other templates, so the age of what is held stays."""
        key, changed = (principal.user_id, project_id), put.id if put is not None else removed
        with self._lock:
            self._notes[key] += 1
            held = self._of(key)
            before = next((one for one in held.items if one.id == changed), None)
            if held.as_of is None or (put and before and before.revision >= put.revision):
                return
            kept = [one for one in held.items if one.id != changed]
            items = tuple(sorted([*kept, put], key=by_name)) if put is not None else tuple(kept)
            self._hold(key, replace(held, version=self._version(key, items), items=items))

    def close(self, timeout: float = 5.0) -> None:
        with self._lock:
            self._waiting.clear()
        self._workers.join(timeout)

    def _listing(self, principal: Principal, project_id: str, now: datetime) -> Listing[Template]:
        """Read and hold it. Read again where something was noted meanwhile: the answer may be from before that."""
        key, documents = (principal.user_id, project_id), 0
        while True:
            with self._lock:
                notes = self._notes[key]
            listing = self._templates.list_for(principal, project_id)
            documents += listing.documents_read
            with self._lock:
                if notes == self._notes[key]:
                    self._succeed(key, listing.items, now)
                    return Listing(listing.items, documents)

    def _succeed(self, key: Key, items: tuple[Template, ...], asked_at: datetime) -> None:
        held = self._of(key)
        if held.as_of is not None and held.as_of > asked_at:
            return  # a later question was answered first
        version = held.version if held.version and held.items == items else self._version(key, items)
        self._hold(key, HeldTemplates(version, items, asked_at, policy.succeeded(held.state, self._clock.now())))

    def _fail(self, key: Key, error: FreshetError) -> None:
        with self._lock:
            held = HeldTemplates() if isinstance(error, NotFound) else self._of(key)  # not theirs to see any more
            pause = policy.retry_pause(held.state.failures + 1, random.random())
            self._hold(key, replace(held, state=policy.failed(held.state, error, self._clock.now(), pause)))
        if isinstance(error, StoreUnavailable):
            self.on_away()

    def _of(self, key: Key) -> HeldTemplates:
        return self._held.get(key, HeldTemplates())

    def _hold(self, key: Key, held: HeldTemplates) -> None:
        self._held[key] = held
        self._held.move_to_end(key)
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)

    def _version(self, key: Key, items: tuple[Template, ...]) -> str:
        self._made += 1
        version = f"{self._mark}-t{self._made}"
        self._versions[version] = key[0], items
        while len(self._versions) > REMEMBERED:
            self._versions.popitem(last=False)
        return version

    def _log(
        self, reason: Reason, listing: Listing[Template] | None, error: FreshetError | None, now: datetime, secs: float
    ) -> None:
        log_event(
            f"{SCOPE}.refresh",
            logging.INFO if listing else logging.WARNING,
            reason=reason,
            documents=listing.documents_read if listing else 0,
            ms=round(secs * 1000, 1),
            as_of=now.isoformat() if listing else None,
            items=len(listing.items) if listing else None,
            outcome="read" if listing else "failed",
            **({"why": str(error)} if error else {}),
        )
