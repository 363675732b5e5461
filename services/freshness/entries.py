"""What is known about each view besides its items."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.freshness.counted import Counted, Unheld, note_unheld
from services.freshness.merge import Held
from services.freshness.policy import ContentKind, FetchState, Reason
from services.freshness.snapshots import Key
from services.models import Batch, Changes, MediaItem, MediaQuery, Principal

MOST_RECORDS = 10_000
"""Views of which something is known; the least recently asked are forgotten first."""


@dataclass(frozen=True)
class Entry:
    """What a screen may say about a view: two independent facts.

    Held, and since when: `version` ("" for nothing), `as_of` (how fresh what is held is), `fetched_at` (the last
    successful ask), `updated_at` (when its content last changed here, in whatever way). Being fetched: `running` (the
    reason of a fetch that runs or waits), `error` (why the last one failed, as a sentence), `offline` (because the
    store was not reached), `failures` (in a row), `retry_at` (the background asks no earlier).
    `current`: a change feed keeps what is held up to date.
    """

    version: str = ""
    as_of: datetime | None = None
    fetched_at: datetime | None = None
    updated_at: datetime | None = None
    running: Reason | None = None
    error: str | None = None
    offline: bool = False
    failures: int = 0
    retry_at: datetime | None = None
    current: bool = False


@dataclass(eq=False)
class ViewRecord:
    """A view's mutable state; whoever touches it holds the lock of `Views`."""

    principal: Principal
    """As of the last question, with the projects they were a member of then."""
    query: MediaQuery
    kinds: set[ContentKind] = field(default_factory=set)
    state: FetchState = field(default_factory=FetchState)
    updated_at: datetime | None = None
    epoch: int = 0
    """The feed epoch of which every change has reached what is held; 0 for none."""
    untold: bool = False
    """What is held has changed by this process's own doing, and the others who look at it have not been told yet."""
    missed: list[tuple[Batch, bool]] | None = None
    """While a fetch runs: what was pushed meanwhile. Its answer may know less."""
    unheld: Unheld = field(default_factory=dict)
    counted: Counted | None = None
    """The last count of it."""

    @property
    def key(self) -> Key:
        return self.principal.user_id, self.query.key

    def take(self, changes: Changes[MediaItem], marks: Mapping[str, str], before: Held, after: Held) -> None:
        """Changes have come, which made of what was held another."""
        if self.counted is not None:
            self.counted.take(before, self.unheld, self.query, changes, marks)
        note_unheld(self.unheld, after, self.query, changes)

    def lose_count(self) -> None:
        """The list was read anew, or is not held, or not known any more: what comes to it is not heard."""
        self.unheld.clear()
        if self.counted is not None:
            self.counted.lose()
        self.counted = None


class Records:
    """ViewRecords by (user id, query key) and by project. `forget` hears which view is no longer known."""

    def __init__(self, forget: Callable[[Key], None], most: int = MOST_RECORDS) -> None:
        self._forget = forget
        self._most = most
        self._records: OrderedDict[Key, ViewRecord] = OrderedDict()
        self._by_project: dict[str, dict[Key, ViewRecord]] = {}

    def find(self, query: MediaQuery, principal: Principal) -> ViewRecord | None:
        return self.known((principal.user_id, query.key))

    def known(self, key: Key) -> ViewRecord | None:
        return self._records.get(key)

    def of(self, query: MediaQuery, principal: Principal) -> ViewRecord:
        """The view's record, made where there is none; `principal` asks just now."""
        key = (principal.user_id, query.key)
        record = self._records.get(key)
        if record is None:
            record = self._records[key] = ViewRecord(principal, query)
            self._by_project.setdefault(query.project_id, {})[key] = record
            self._trim(key)
        record.principal = principal
        self._records.move_to_end(key)
        return record

    def of_project(self, project_id: str) -> list[ViewRecord]:
        return list(self._by_project.get(project_id, {}).values())

    def all(self) -> list[ViewRecord]:
        return list(self._records.values())

    def _trim(self, asked: Key) -> None:
        """Forget the oldest at rest. Those being fetched are few: as many as there are threads."""
        if len(self._records) <= self._most:
            return
        at_rest = (key for key, record in self._records.items() if record.missed is None and key != asked)
        key = next(at_rest, None)
        if key is None:
            return
        record = self._records.pop(key)
        record.lose_count()
        project_id = record.query.project_id
        del self._by_project[project_id][key]
        if not self._by_project[project_id]:
            del self._by_project[project_id]
        self._forget(key)
